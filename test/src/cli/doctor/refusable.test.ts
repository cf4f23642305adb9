import assert from "node:assert/strict";
import { test } from "node:test";
import { type Refusable, refusables, warnable } from "../../../../src/cli/doctor/refusable.ts";
import { createValidator } from "../../../../webhooks/chain.ts";
import { rules } from "../../../../webhooks/validating/index.ts";
import { ADMIN_USER, TENANT_USER, testFacts, testPolicy } from "../../../helpers/admission.ts";

/** What the rules say of it, to a tenant and to an admin. */
function judged({ kind, object }: Refusable, user: { username: string; groups: string[] }) {
  const validate = createValidator({
    facts: testFacts(),
    policy: () => testPolicy(),
    members: rules,
    observe: () => undefined,
    onError: () => assert.fail(),
  });
  const [group = "", version = "v1"] = kind.apiVersion.split("/");
  const verdict = validate({
    uid: "u",
    kind: { group, version, kind: kind.kind },
    resource: { group, version, resource: kind.plural },
    subResource: "",
    name: object.metadata.name,
    namespace: object.metadata.namespace ?? "",
    operation: "CREATE",
    user,
    object: JSON.parse(JSON.stringify(object)),
    dryRun: true,
  });
  return verdict;
}

for (const refusable of refusables("tenant-a")) {
  test(`a ${refusable.kind.kind} is refused to a tenant, and an admin is warned`, () => {
    assert.equal(judged(refusable, TENANT_USER).allowed, false);
    const { allowed, warnings } = judged(refusable, ADMIN_USER);
    assert.equal(allowed, true);
    assert.ok(
      warnings.some((text) => refusable.warning.test(text)),
      warnings.join("\n"),
    );
  });
}

test("everybody is warned of the binding", () => {
  const binding = warnable("default");
  for (const user of [TENANT_USER, ADMIN_USER]) {
    const { allowed, warnings } = judged(binding, user);
    assert.equal(allowed, true);
    assert.ok(
      warnings.some((text) => binding.warning.test(text)),
      warnings.join("\n"),
    );
  }
});
