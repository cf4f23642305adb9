import { decryption } from "../../../../webhooks/validating/kustomization/decryption.ts";
import {
  BASELINE,
  FOREIGN,
  type Given,
  NO_OBJECTS,
  NO_STRINGS,
  rowsFor,
  testRule,
} from "../../../helpers/rule-table.ts";

const FIELD = "spec.decryption";
const ACCOUNT = `${FIELD}.serviceAccountName`;
const decrypts = (parts: object, rest: Given = {}): Given => ({
  spec: { decryption: { provider: "sops", ...parts } },
  ...rest,
});
const withAccount = (serviceAccountName: unknown, rest?: Given): Given => decrypts({ serviceAccountName }, rest);
const withSecret = (secretRef: unknown, rest?: Given): Given => decrypts({ secretRef }, rest);
const LISTED = { policy: { serviceAccounts: new Map([["tenant-a", ["keeper"]]]) } };

testRule(decryption, "Kustomization", {
  allowed: [
    ["none", { spec: { decryption: undefined } }],
    ["null", { spec: { decryption: null } }],
    ["a Secret", withSecret({ name: "age" })],
    ["a ServiceAccount that the namespace may use", withAccount("tenant-a")],
    ["a ServiceAccount that the policy lists", withAccount("keeper", LISTED)],
    ["both", decrypts({ secretRef: { name: "age" }, serviceAccountName: "tenant-a" })],
    ["a Secret beside an empty ServiceAccount", decrypts({ secretRef: { name: "age" }, serviceAccountName: "" })],
    ["a ServiceAccount beside a Secret that is null", decrypts({ secretRef: null, serviceAccountName: "tenant-a" })],
  ],
  denied: [
    ["no key", decrypts({}), FIELD],
    ["an empty object", { spec: { decryption: {} } }, FIELD],
    ["a Secret without name", withSecret({}), FIELD],
    ["a Secret with an empty name", withSecret({ name: "" }), FIELD],
    ["a Secret whose name is null", withSecret({ name: null }), FIELD],
    ["empty names for both", decrypts({ secretRef: { name: "" }, serviceAccountName: "" }), FIELD],
    [
      "a foreign ServiceAccount beside a Secret",
      decrypts({ secretRef: { name: "age" }, serviceAccountName: "x" }),
      ACCOUNT,
    ],
    ["its own ServiceAccount where the policy lists another", withAccount("tenant-a", LISTED), ACCOUNT],
    [
      "any ServiceAccount in a namespace that is no tenant's",
      withAccount("plain", { request: { namespace: "plain" } }),
      ACCOUNT,
    ],
    [
      "any ServiceAccount in an unknown namespace",
      withAccount("unheard-of", { request: { namespace: "unheard-of" } }),
      ACCOUNT,
    ],
    ...FOREIGN.map((name) => [`${JSON.stringify(name)} as ServiceAccount`, withAccount(name), ACCOUNT] as const),
    ...rowsFor(NO_STRINGS, withAccount, (what) => `${what} as ServiceAccount`, ACCOUNT),
    ...rowsFor(
      NO_STRINGS,
      (value) => withAccount(value, BASELINE),
      (what) => `${what} as ServiceAccount, baseline`,
      ACCOUNT,
    ),
    ...rowsFor(NO_OBJECTS, withSecret, (what) => `${what} as Secret`, `${FIELD}.secretRef`),
    ...rowsFor(
      NO_OBJECTS,
      (value) => withSecret(value, BASELINE),
      (what) => `${what} as Secret, baseline`,
      `${FIELD}.secretRef`,
    ),
    ...rowsFor(
      NO_STRINGS,
      (name) => withSecret({ name }, BASELINE),
      (what) => `${what} as the Secret's name, baseline`,
      `${FIELD}.secretRef.name`,
    ),
    ...rowsFor(
      NO_OBJECTS,
      (value) => ({ spec: { decryption: value } }),
      (what) => `${what} as decryption`,
      FIELD,
    ),
    ...rowsFor(
      NO_OBJECTS,
      (value) => ({ spec: { decryption: value }, ...BASELINE }),
      (what) => `${what} as decryption, baseline`,
      FIELD,
    ),
  ],
  warned: [
    ["no key in baseline", decrypts({}, BASELINE), FIELD],
    ["a foreign ServiceAccount in baseline", withAccount("x", BASELINE), ACCOUNT],
  ],
});
