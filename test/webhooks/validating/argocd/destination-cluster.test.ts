import assert from "node:assert/strict";
import { test } from "node:test";
import { destinationCluster } from "../../../../webhooks/validating/argocd/destination-cluster.ts";
import {
  BASELINE,
  checked,
  type Given,
  NO_OBJECTS,
  NO_STRINGS,
  type Row,
  rowsFor,
  testRule,
} from "../../../helpers/rule-table.ts";

const FIELD = "spec.destination";
const SERVER = "https://kubernetes.default.svc";
const to = (destination: unknown, rest: Given = {}): Given => ({ spec: { destination }, ...rest });
const SERVERS = [
  "https://kubernetes.default.svc/",
  "https://kubernetes.default.svc:443",
  "https://kubernetes.default",
  "https://KUBERNETES.default.svc",
  "http://kubernetes.default.svc",
  " https://kubernetes.default.svc",
  "https://evil@kubernetes.default.svc",
  "https://prod.example.com",
  "*",
  "in-cluster",
  "{{server}}",
];
const NAMES = ["in-cluster ", "In-cluster", "in-cluster*", "*", "production", SERVER, "{{name}}", "constructor"];

testRule(destinationCluster, "Application", {
  allowed: [
    ["an allowed server", to({ server: SERVER })],
    ["an allowed name", to({ name: "in-cluster" })],
    ["a server beside an empty name", to({ server: SERVER, name: "" })],
    ["a name beside a server that is null", to({ name: "in-cluster", server: null })],
    ["each server and name that the policy lists", to({ server: "b" }, { policy: { allowedServers: ["a", "b"] } })],
    ["each name that the policy lists", to({ name: "b" }, { policy: { allowedClusterNames: ["a", "b"] } })],
  ],
  denied: [
    ["neither server nor name", to({ namespace: "tenant-a" }), FIELD],
    ["both, although both are allowed", to({ server: SERVER, name: "in-cluster" }), FIELD],
    ["both of a wrong type", to({ server: [], name: {} }), FIELD],
    ["neither in baseline", to({}, BASELINE), FIELD],
    ["another server in baseline", to({ server: "x" }, BASELINE), `${FIELD}.server`],
    ["an empty server that the policy lists", to({ server: "" }, { policy: { allowedServers: [""] } }), FIELD],
    ["a server that is a listed name", to({ server: "in-cluster" }), `${FIELD}.server`],
    ["no destination", to(undefined), FIELD],
    ["no spec", { spec: null }, FIELD],
    ...SERVERS.map((server): Row => [`${JSON.stringify(server)} as server`, to({ server }), `${FIELD}.server`]),
    ...NAMES.map((name): Row => [`${JSON.stringify(name)} as name`, to({ name }), `${FIELD}.name`]),
    ...rowsFor(
      NO_STRINGS,
      (server) => to({ server }),
      (what) => `${what} as server`,
      `${FIELD}.server`,
    ),
    ...rowsFor(
      NO_STRINGS,
      (name) => to({ name }),
      (what) => `${what} as name`,
      `${FIELD}.name`,
    ),
    ...rowsFor(NO_OBJECTS, to, (what) => `${what} as destination`, FIELD),
  ],
});

test("tells which clusters there are", () => {
  const [none] = checked(destinationCluster, "Application", to({}));
  assert.deepEqual([none?.found, none?.allowed], [undefined, `server "${SERVER}", or name "in-cluster"`]);
  const [both] = checked(destinationCluster, "Application", to({ server: SERVER, name: "in-cluster" }));
  assert.deepEqual([both?.shown, both?.allowed], ["server and name", "one of the two"]);
});

test("shows no password of a server", () => {
  for (const server of ["https://me:secret@prod.example.com", "https://prod.example.com?token=secret", "x#secret"]) {
    const [found] = checked(destinationCluster, "Application", to({ server }));
    assert.equal(found?.shown, "a URL with user info, query or fragment");
  }
  const [plain] = checked(destinationCluster, "Application", to({ server: "https://prod.example.com" }));
  assert.equal(plain?.shown, undefined);
});
