import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { junit } from "../../../../../src/cli/review/formats/junit.ts";
import { finding, report } from "../../../../helpers/review-report.ts";

test("has a suite for each source and a case for each document", () => {
  assert.equal(
    junit.show(report()),
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="landlord review" tests="6" failures="1" errors="2" skipped="1">
  <testsuite name="apps/a b.yaml" tests="5" failures="1" errors="1" skipped="1">
    <testcase classname="Kustomization" name="apps/a b.yaml#1 Kustomization team-a/app-1" file="apps/a b.yaml"/>
    <testcase classname="Kustomization" name="apps/a b.yaml#2 Kustomization team-a/app-2" file="apps/a b.yaml">
      <failure type="K2, unknown-namespace" message="denied by K2, unknown-namespace">K2 &lt;is&gt; &quot;kube-system&quot; &amp; more
whose?</failure>
      <system-out>would be denied: K6 is odd</system-out>
    </testcase>
    <testcase classname="Kustomization" name="apps/a b.yaml#3 Kustomization team-a/app-3" file="apps/a b.yaml">
      <system-out>would be denied: K6 is odd too</system-out>
    </testcase>
    <testcase classname="ConfigMap" name="apps/a b.yaml#4 ConfigMap team-a/app-4" file="apps/a b.yaml">
      <skipped message="no rule is about its kind"/>
    </testcase>
    <testcase classname="document" name="apps/a b.yaml#5" file="apps/a b.yaml">
      <error type="unreadable" message="line 40: is not ?YAML"/>
    </testcase>
  </testsuite>
  <testsuite name="/tmp/gone.yaml" tests="1" failures="0" errors="1" skipped="0">
    <testcase classname="document" name="/tmp/gone.yaml" file="/tmp/gone.yaml">
      <error type="unreadable" message="no such file"/>
    </testcase>
  </testsuite>
</testsuites>`,
  );
});

test("is XML whatever the texts are", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (anything) => {
      const [first] = report().reviewed;
      assert.ok(first !== undefined);
      const verdict = {
        ...first.verdict,
        source: anything,
        name: anything,
        allowed: false,
        outcome: "denied" as const,
        violations: [finding(anything, anything)],
      };
      const xml = junit.show(report([{ verdict }]));
      assert.ok(xml.isWellFormed());
      // oxlint-disable-next-line eslint/no-control-regex -- they are what it is about
      assert.doesNotMatch(xml, /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/);
      const bare = xml.replaceAll(/<(?:[^"<>]|"[^"<>]*")*>/g, "").replaceAll(/&(?:amp|lt|gt|quot|#9|#13);/g, "");
      assert.doesNotMatch(bare, /[<>&]/);
    }),
  );
});
