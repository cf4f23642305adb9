import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { faultText, nearest, orderedFaults, shownPath } from "../../../src/policy/faults.ts";
import { readPolicy } from "../../../src/policy/read.ts";
import { policyBase, policyText } from "../../helpers/policy.ts";

const told = (spec: string): string[] => {
  const result = readPolicy(policyText(spec), policyBase());
  return "faults" in result ? result.faults.map(faultText) : [];
};

describe("faults of a policy", () => {
  it("say where, what was found and what is allowed", () => {
    assert.deepEqual(
      told("profile: strickt\nexceptions:\n  - {namespace: team-a, kind: Kustomization, name: app, feld: x}"),
      [
        'line 4, column 12: spec.profile is "strickt": must be one of strict, baseline',
        "line 6, column 7: spec.exceptions[0].field is missing: must be text: one line of 1 to 1024 characters, without blanks around it",
        "line 6, column 59: spec.exceptions[0].feld is unknown: did you mean field?",
      ],
    );
  });

  it("are about the key where the key is wrong", () => {
    assert.match(
      told('tenants:\n  "a b": x')[0] ?? "",
      /^line 5, column 5: spec\.tenants\["a b"\] is "a b": must be a namespace's name/,
    );
  });

  it("tell of no password, in whatever key it stands", () => {
    for (const key of ["allowedSourceUrls", "allowedServers", "profile", "tenants", "allowedProjects"]) {
      for (const value of [
        "https://user:hunter2@host.example.com/*/x",
        "['https://user:hunter2@ /*']",
        "https://user:hun@ter2@h/",
      ]) {
        const text = told(`${key}: ${value}`).join();
        assert.ok(text.length > 0);
        assert.doesNotMatch(text, /hunter2|hun@ter2/, key);
      }
    }
  });

  it("do not run on, neither in length nor in number", () => {
    const many = told(`adminUsers: [${"1,".repeat(5_000)}]\n${"x".repeat(900)}: ${"y".repeat(5_000)}`);
    assert.equal(many.length, 100);
    for (const line of many) assert.ok(line.length < 1_500, line);
    for (const line of told(`${"x".repeat(900)}: 1\nprofile: ${"y".repeat(5_000)}`))
      assert.ok(line.length < 1_500, line);
  });

  it("come in the order of the text", () => {
    const fault = (line: number, column: number) => ({ line, column, path: "", found: "", allowed: "" });
    assert.deepEqual(orderedFaults([fault(2, 1), fault(1, 9), fault(1, 2)]), [fault(1, 2), fault(1, 9), fault(2, 1)]);
  });

  it("write a path as kubectl does, and odd keys in quotes", () => {
    assert.equal(shownPath(["spec", "exceptions", 0, "field"]), "spec.exceptions[0].field");
    assert.equal(shownPath(["spec", "tenants", "a.b\n"]), 'spec.tenants["a.b\\n"]');
    assert.equal(shownPath([]), "");
  });

  const words: [string, string | undefined][] = [
    ["exeptions", "exceptions"],
    ["Profile", "profile"],
    ["allowedSourceURLs", "allowedSourceUrls"],
    ["tenant", "tenants"],
    ["warnonly", "warnOnly"],
    ["somethingElse", undefined],
    ["", undefined],
  ];
  for (const [word, expected] of words) {
    it(`take ${JSON.stringify(word)} for ${expected ?? "nothing that is known"}`, () => {
      assert.equal(nearest(word, ["profile", "tenants", "exceptions", "warnOnly", "allowedSourceUrls"]), expected);
    });
  }
});
