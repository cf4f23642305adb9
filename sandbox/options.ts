// The command line of `npm run sandbox`, read into a value.
import { parseArgs } from "node:util";
import { CRD_SETS, type CrdSetName } from "./parts/index.ts";

const SETS = Object.keys(CRD_SETS).join(", ");

export const HELP = `Starts a Kubernetes control plane on this machine, and stops it on Ctrl-C.

usage: npm run sandbox -- [options]

  --crds <set>              install a set of CRDs (${SETS}); may be given more than once
  --no-controller-manager   leave kube-controller-manager out: nothing fills or collects objects then
  --help                    this text

The programs come from LANDLORD_KUBE_ASSETS or KUBEBUILDER_ASSETS (a directory with etcd, kube-apiserver,
kube-controller-manager and kubectl), else from LANDLORD_CACHE (by default the user's cache directory), where they are
built with Go when they are not there yet: 6 to 10 minutes on two cores, once.
`;

export interface MainOptions {
  help: boolean;
  crds: CrdSetName[];
  controllerManager: boolean;
}

/** A command line that cannot be understood; the message is a sentence. */
export class UsageError extends Error {
  override name = "UsageError";
}

export function parseOptions(args: readonly string[]): MainOptions {
  const { values } = parse(args);
  const { help = false, crds = [], "controller-manager": controllerManager = true } = values;
  return { help, controllerManager, crds: crds.map(crdSet) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        help: { type: "boolean" },
        crds: { type: "string", multiple: true },
        "controller-manager": { type: "boolean" },
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${reason.split(". ")[0]}; see --help`, { cause: error });
  }
}

function crdSet(name: string): CrdSetName {
  if (isCrdSet(name)) return name;
  throw new UsageError(`There is no set of CRDs '${name}', but there is: ${SETS}`);
}

const isCrdSet = (name: string): name is CrdSetName => Object.hasOwn(CRD_SETS, name);
