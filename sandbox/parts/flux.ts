// Flux's kustomize-controller alone, with the rights that Flux gives it: it applies what sources hold. Nobody fetches sources here.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Api } from "../api.ts";
import { put, putServiceAccount, serviceAccountToken } from "../objects.ts";
import type { Part, Program, RunningProcess } from "../part.ts";
import { freePort, unlessTaken } from "../port.ts";
import { portTaken } from "./apiserver.ts";
import type { ControlPlane } from "./control-plane.ts";
import { CONTROLLER, type FluxFiles, findFlux } from "./flux-files.ts";

const NAMESPACE = "flux-system";
/** Below the sandbox's directory: at its start the controller removes what an earlier one left for temporary files. */
const TEMPORARY = "flux-temporary";

export interface Flux {
  /** Where the controller itself is at home: `flux-system`. */
  readonly namespace: string;
  /** Does nothing if it does not run. */
  stop(): Promise<void>;
  /** Starts it anew, with these further flags, or else those that it had. Kustomizations are applied again then. */
  restart(flags?: readonly string[]): Promise<void>;
}

export interface FluxOptions {
  plane: ControlPlane;
  /** Further flags; a flag given twice counts as given last. */
  flags: readonly string[];
}

/** It needs the CRDs of Flux in the cluster. */
export const FLUX: Part<FluxFiles, Flux, FluxOptions> = {
  name: "flux",
  find: findFlux,

  async start({ controller }, room, { plane: { api, kubeconfig }, flags }) {
    await furnish(api);
    const token = await serviceAccountToken(api, { namespace: NAMESPACE, name: CONTROLLER });
    const temporary = join(room.directory, TEMPORARY);
    await mkdir(temporary);
    const start = (further: readonly string[]): Promise<RunningProcess> =>
      unlessTaken(portTaken, async () =>
        room.start(
          program({ controller, kubeconfig: kubeconfig({ token }), temporary, port: await freePort(), flags: further }),
        ),
      );
    let last = flags;
    let current = await start(last);
    return {
      namespace: NAMESPACE,
      stop: () => current.stop(),
      async restart(further = last) {
        await current.stop();
        last = further;
        current = await start(last);
      },
    };
  },
};

interface Line {
  controller: string;
  kubeconfig: string;
  temporary: string;
  /** Of its health door. */
  port: number;
  flags: readonly string[];
}

const program = ({ controller, kubeconfig, temporary, port, flags }: Line): Program => ({
  name: CONTROLLER,
  command: controller,
  args: [
    "--watch-all-namespaces=true",
    "--enable-leader-election=false",
    "--metrics-addr=0",
    `--health-addr=127.0.0.1:${port}`,
    "--log-encoding=console",
    "--requeue-dependency=2s",
    "--http-retry=2",
    ...flags,
  ],
  env: { KUBECONFIG: kubeconfig, RUNTIME_NAMESPACE: NAMESPACE, TMPDIR: temporary },
  ready: () => answers(`http://127.0.0.1:${port}/readyz`),
});

const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );

/** The controller's identity. Flux makes it cluster-admin; what a Kustomization's ServiceAccount may do is less. */
async function furnish(api: Api): Promise<void> {
  await putServiceAccount(api, { namespace: NAMESPACE, name: CONTROLLER });
  await put(api, "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: `cluster-reconciler-${NAMESPACE}` },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ kind: "ServiceAccount", name: CONTROLLER, namespace: NAMESPACE }],
  });
}
