import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as labels from "../../../src/model/labels.ts";

describe("labels", () => {
  it("keeps the names that users select and wait by", () => {
    assert.deepEqual(
      { ...labels },
      {
        TENANT_LABEL: "landlord.dev/tenant",
        INITIALIZING_LABEL: "landlord.dev/initializing",
        INITIALIZED_ANNOTATION: "landlord.dev/initialized",
        POD_GATE: "landlord.dev/initializing",
        GATED_LABEL: "landlord.dev/gated",
        MANAGED_BY_LABEL: "app.kubernetes.io/managed-by",
        MANAGED_BY: "landlord",
        NAMESPACE_UID_ANNOTATION: "landlord.dev/namespace-uid",
        READY_CONDITION: "TenantReady",
        STEP_CONDITION_PREFIX: "landlord.dev/",
        OWN_PREFIX: "landlord.dev/",
        FIELD_MANAGER: "landlord",
        SNAPSHOT_VERSION_ANNOTATION: "landlord.dev/snapshot-version",
        SNAPSHOT_HASH_ANNOTATION: "landlord.dev/snapshot-hash",
        ACCEPT_SNAPSHOT_ANNOTATION: "landlord.dev/accept-snapshot",
        BREAK_GLASS_ANNOTATION: "landlord.dev/break-glass",
        REFRESH_ANNOTATION: "argocd.argoproj.io/application-set-refresh",
      },
    );
  });
});
