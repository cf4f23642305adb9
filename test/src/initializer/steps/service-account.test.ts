import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serviceAccount } from "../../../../src/initializer/steps/service-account.ts";
import { knownObjects, TENANT } from "../../../helpers/tenant.ts";

describe("service-account", () => {
  it("builds a ServiceAccount named after the namespace, and says whose it is", () => {
    assert.deepEqual(serviceAccount.build(TENANT, knownObjects()), {
      objects: [
        {
          apiVersion: "v1",
          kind: "ServiceAccount",
          metadata: {
            name: "team-a",
            namespace: "team-a",
            labels: { "app.kubernetes.io/managed-by": "landlord", "landlord.dev/tenant": "a" },
            annotations: { "landlord.dev/namespace-uid": "uid-ns" },
          },
        },
      ],
    });
  });
});
