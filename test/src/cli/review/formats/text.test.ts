import assert from "node:assert/strict";
import { test } from "node:test";
import { text } from "../../../../../src/cli/review/formats/text.ts";
import { EVERYTHING, report } from "../../../../helpers/review-report.ts";

test("tells people what is denied and why, what is warned of and what is unreadable, and the sum", () => {
  assert.deepEqual(text.show(report()).split("\n"), [
    "apps/a b.yaml#2 Kustomization team-a/app-2: DENIED",
    '  line 12: K2 <is> "kube-system" & more',
    "  whose?",
    "  line 12: would be denied: K6 is odd",
    "apps/a b.yaml#3 Kustomization team-a/app-3: allowed",
    "  line 12: would be denied: K6 is odd too",
    "apps/a b.yaml#5: CANNOT BE JUDGED: line 40: is not \\u{7}YAML",
    "/tmp/gone.yaml: CANNOT BE JUDGED: no such file",
    "6 documents: 2 allowed, 1 denied, 1 not judged, 2 cannot be judged; would have been denied (warn-only): K6 2",
  ]);
});

test("is silent about what is fine", () => {
  assert.equal(text.show(report(EVERYTHING.slice(0, 1))), "1 document: 1 allowed, 0 denied");
});
