// What manifests/ promises, read from the files: no cluster is needed to see that an admission webhook can block nothing that it must not.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { describe, it } from "node:test";
import { parseAllDocuments } from "yaml";
import { loadConfig } from "../src/config.ts";
import { resourcesAtRest } from "../src/survey/rules-at-rest.ts";
import { rules } from "../webhooks/validating/index.ts";
import { createTargets } from "../webhooks/validating/targets.ts";

interface Webhook {
  name: string;
  failurePolicy: string;
  sideEffects: string;
  timeoutSeconds: number;
  rules: { apiGroups: string[]; apiVersions: string[]; resources: string[]; operations: string[] }[];
  matchConditions?: { name: string; expression: string }[];
  namespaceSelector?: { matchExpressions: { key: string; operator: string; values?: string[] }[] };
}

interface Rights {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}

interface Certificate {
  metadata: { name: string };
  spec: { secretName: string; issuerRef: { name: string }; dnsNames?: string[]; usages?: string[] };
}

interface PodMonitor {
  spec: { podMetricsEndpoints: { port: string }[] };
}

interface PodSpec {
  priorityClassName: string;
  containers: {
    name: string;
    securityContext: object;
    resources: { requests: object; limits: object };
    ports: { name: string }[];
    env: { name: string; value?: string }[];
    volumeMounts: { mountPath: string }[];
    [probe: `${string}Probe`]: { httpGet: { path: string; port: string } };
  }[];
  volumes: { name: string; secret: { secretName: string; items: { path: string }[] } }[];
  topologySpreadConstraints: { topologyKey: string; whenUnsatisfiable: string }[];
}

interface Manifest {
  kind: string;
  metadata: { name: string };
  resources?: string[];
  patches?: { path: string }[];
  webhooks?: Webhook[];
  rules?: Rights[];
}

/** What nobody applies with the rest: something to copy. */
const EXAMPLES = ["example-application-set.yaml"];

const paths = globSync("manifests/{base,generator,observability,overlays/*}/*.yaml");
const files = paths.map((path) => ({
  folder: dirname(path).slice("manifests/".length),
  name: basename(path),
  documents: parseAllDocuments(readFileSync(path, "utf8")).map((document) => document.toJS() as Manifest),
}));
const all = files.flatMap(({ documents }) => documents);
const webhooks = all.flatMap((manifest) => manifest.webhooks ?? []);
/** All but the role that tenants are given. */
const ownRoles = all.filter(
  ({ kind, metadata }) => /^(Cluster)?Role$/.test(kind) && metadata.name !== "landlord-tenant",
);
/** Rules that overlays add to them. */
const addedRights = all
  .flatMap((manifest) => (Array.isArray(manifest) ? (manifest as { path: string; value: Rights }[]) : []))
  .filter(({ path }) => path === "/rules/-")
  .map(({ value }) => value);
const ownRights = [...ownRoles.flatMap((role) => role.rules ?? []), ...addedRights];
const deployment = files
  .filter(({ folder }) => folder === "base")
  .flatMap(({ documents }) => documents)
  .find(({ kind }) => kind === "Deployment") as unknown as
  | { spec: { replicas: number; template: { spec: PodSpec } } }
  | undefined;
const config = loadConfig({});
const validating = all
  .filter(({ kind }) => kind === "ValidatingWebhookConfiguration")
  .flatMap((manifest) => manifest.webhooks ?? []);
/** Validating webhooks that fail closed; all others only mutate, or only warn. */
const WALLS = [
  "flux.landlord.dev",
  "flux-status.landlord.dev",
  "argocd.landlord.dev",
  "argocd-status.landlord.dev",
  "namespaces.landlord.dev",
];

describe("manifests", () => {
  for (const folder of new Set(files.map((file) => file.folder))) {
    it(`of ${folder} are all applied by its kustomization`, () => {
      const here = files.filter((file) => file.folder === folder);
      const [kustomization] = here.find(({ name }) => name === "kustomization.yaml")?.documents ?? [];
      const patches = (kustomization?.patches ?? []).map(({ path }) => path);
      const listed = [...(kustomization?.resources ?? []), ...patches, ...EXAMPLES, "kustomization.yaml"];
      for (const { name } of here) assert.ok(listed.includes(name), name);
    });
  }

  for (const webhook of webhooks) {
    const { name } = webhook;
    it(`let ${name} be away, slow or asked for a dry run without harm`, () => {
      assert.ok(webhook.timeoutSeconds <= 5);
      assert.equal(webhook.sideEffects, "None");
      const cut = webhook.namespaceSelector?.matchExpressions.find(({ operator }) => operator === "NotIn");
      assert.ok(cut === undefined || cut.key === "kubernetes.io/metadata.name");
      // what fails closed and is not cut for Landlord's own namespace has a condition that lets Landlord's own writes through
      const cuts = ["kube-system", config.namespace].every((namespace) => cut?.values?.includes(namespace));
      const passesItself = webhook.matchConditions?.some(({ expression }) => expression.includes(config.ownUser));
      assert.ok(cuts || passesItself);
      for (const { operations } of webhook.rules) {
        assert.ok(operations.every((operation) => operation === "CREATE" || operation === "UPDATE"));
      }
      assert.equal(webhook.failurePolicy, WALLS.includes(name) && validating.includes(webhook) ? "Fail" : "Ignore");
    });
  }

  it("send every resource and subresource that a rule is about, in every version", () => {
    for (const rule of rules) {
      for (const { group, resource } of rule.resources) {
        for (const subResource of rule.subResources ?? [""]) {
          const name = subResource === "" ? resource : `${resource}/${subResource}`;
          const sent = validating.some((webhook) =>
            webhook.rules.some(
              ({ apiGroups, apiVersions, resources }) =>
                apiGroups.includes(group) && resources.includes(name) && apiVersions.includes("*"),
            ),
          );
          assert.ok(sent, `${rule.id} ${group}/${name}`);
        }
      }
    }
  });

  it("send nothing that no rule is about: it would be denied", () => {
    const targetOf = createTargets(rules);
    for (const { apiGroups, resources } of validating.flatMap((webhook) => webhook.rules)) {
      for (const name of resources) {
        const [resource = "", subResource = ""] = name.split("/");
        const about = { resource: { group: apiGroups[0] ?? "", version: "v1", resource }, subResource };
        assert.ok(targetOf(about), `${apiGroups.join()}/${name}`);
      }
    }
  });

  it("let Landlord list what it judges in the cluster, and with list alone nothing else", () => {
    const rights =
      all.find(({ kind, metadata }) => kind === "ClusterRole" && metadata.name === "landlord")?.rules ?? [];
    const named = ({ apiGroups, resources }: Rights): string[] =>
      apiGroups.flatMap((group) => resources.map((resource) => `${group}/${resource}`));
    const judged = resourcesAtRest(rules).map(({ group, resource }) => `${group}/${resource}`);
    const listed = rights.filter(({ verbs }) => verbs.includes("list")).flatMap(named);
    const only = rights.filter(({ verbs }) => verbs.join() === "list").flatMap(named);
    assert.deepEqual(
      judged.filter((name) => !listed.includes(name)),
      [],
    );
    assert.deepEqual(
      only.filter((name) => !judged.includes(name)),
      [],
    );
    assert.equal(new Set(only).size, only.length);
  });

  it("give Landlord no wildcard, no way to raise its own rights, and bind on the listed roles only", () => {
    assert.deepEqual(ownRoles.map(({ kind, metadata: { name } }) => `${kind} ${name}`).toSorted(), [
      "ClusterRole landlord",
      "Role landlord",
    ]);
    assert.ok(addedRights.length > 0);
    for (const { apiGroups, resources, resourceNames, verbs } of ownRights) {
      for (const word of [...apiGroups, ...resources, ...verbs]) assert.ok(!word.includes("*"), word);
      for (const verb of ["escalate", "impersonate"]) assert.ok(!verbs.includes(verb));
      if (verbs.includes("bind")) assert.deepEqual(resourceNames, [config.clusterRole]);
    }
  });

  it("give the reason beside every right", () => {
    const texts = paths.filter((path) => /\/(cluster-)?role(-patch)?\.yaml$/.test(path));
    assert.ok(texts.length >= 4);
    for (const path of texts) {
      const lines = readFileSync(path, "utf8").split("\n");
      const starts = lines.flatMap((line, index) => (/^ *- (apiGroups|op):/.test(line) ? [index] : []));
      assert.ok(starts.length > 0, path);
      for (const start of starts) assert.match(lines[start - 1] ?? "", /^ *# \S/, `${path}:${start + 1}`);
    }
  });

  it("run two Pods, ahead of tenants', on different nodes", () => {
    const { replicas, template } = deployment?.spec ?? assert.fail();
    assert.equal(replicas, 2);
    assert.equal(template.spec.priorityClassName, all.find(({ kind }) => kind === "PriorityClass")?.metadata.name);
    const [nodes] = template.spec.topologySpreadConstraints;
    assert.deepEqual([nodes?.topologyKey, nodes?.whenUnsatisfiable], ["kubernetes.io/hostname", "DoNotSchedule"]);
  });

  it("start, watch and limit the container, which can write nothing", () => {
    const [container = assert.fail()] = deployment?.spec.template.spec.containers ?? [];
    assert.deepEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    const probes = { startupProbe: "/livez", livenessProbe: "/livez", readinessProbe: "/readyz" } as const;
    for (const [name, path] of Object.entries(probes)) {
      assert.equal(container[name as keyof typeof probes]?.httpGet.path, path);
    }
    assert.deepEqual(Object.keys(container.resources.requests), ["cpu", "memory"]);
    assert.deepEqual(Object.keys(container.resources.limits), ["memory"]);
  });

  it("have cert-manager make what Landlord reads: names, files and an authority", () => {
    const overlay = files.filter(({ folder }) => folder === "overlays/cert-manager").flatMap((file) => file.documents);
    const issuers = overlay.filter(({ kind }) => kind === "Issuer").map(({ metadata }) => metadata.name);
    const certificates = overlay.filter(({ kind }) => kind === "Certificate") as unknown as Certificate[];
    for (const { spec } of certificates) assert.ok(issuers.includes(spec.issuerRef.name));
    const served = certificates.find(({ metadata }) => metadata.name === "landlord-webhooks") ?? assert.fail();
    assert.deepEqual(served.spec.dnsNames?.toSorted(), config.certificateNames.toSorted());
    assert.ok(served.spec.usages?.includes("server auth"));
    const patch = overlay.find(({ kind }) => kind === "Deployment") as unknown as typeof deployment;
    const { containers, volumes } = patch?.spec.template.spec ?? assert.fail();
    const secret = volumes.find(({ name }) => name === "certificate")?.secret;
    assert.equal(secret?.secretName, served.spec.secretName);
    assert.deepEqual(secret.items.map(({ path }) => path).toSorted(), ["ca.crt", "tls.crt", "tls.key"]);
    const { env, volumeMounts } = containers[0] ?? assert.fail();
    assert.deepEqual(env, [{ name: "LANDLORD_CERTIFICATE_FILES", value: volumeMounts[0]?.mountPath }]);
    assert.equal(loadConfig({ [env[0]?.name ?? ""]: env[0]?.value }).certificateFiles, env[0]?.value);
  });

  it("have Prometheus look at a port that there is", () => {
    const monitor = all.find(({ kind }) => kind === "PodMonitor") as unknown as PodMonitor | undefined;
    const ports = deployment?.spec.template.spec.containers.flatMap((container) => container.ports) ?? [];
    for (const { port } of monitor?.spec.podMetricsEndpoints ?? assert.fail()) {
      assert.ok(ports.some(({ name }) => name === port));
    }
  });

  it("close the network both ways, and open it by port", () => {
    const policies = all.filter(({ kind }) => kind === "NetworkPolicy") as unknown as NetworkPolicy[];
    const [deny, ...open] = policies.toSorted((a) => (a.metadata.name === "default-deny" ? -1 : 1));
    assert.deepEqual(deny?.spec, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    assert.ok(open.length >= 2);
    for (const { spec } of open) {
      for (const { ports = [] } of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) assert.ok(ports.length > 0);
    }
  });
});

interface NetworkPolicy {
  metadata: { name: string };
  spec: Record<"ingress" | "egress", { ports?: object[] }[] | undefined> & Record<string, unknown>;
}
