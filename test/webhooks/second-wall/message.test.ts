import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MESSAGE, messageVariables } from "../../../webhooks/second-wall/message.ts";
import { assertWhole, literalsIn } from "../../helpers/cel-text.ts";

const RULES = [
  { id: "K1", findings: "[]", found: "variables.K1", excuse: "variables.unchanged" },
  { id: "K13", findings: "[]", found: "variables.K13", excuse: undefined },
];

describe("messages of the second wall", () => {
  it("are made of what every rule has found that is not excused", () => {
    const [violations, told] = messageVariables(RULES);
    for (const one of [violations, told]) assertWhole(one?.expression ?? "");
    assertWhole(MESSAGE);
    assert.equal(
      violations?.expression,
      '(variables.unchanged ? [] : variables.K1.map(v, {"rule": dyn("K1"), "v": dyn(v)}))\n' +
        '+ variables.K13.map(v, {"rule": dyn("K13"), "v": dyn(v)})',
    );
  });

  it("have the words of the webhook's", () => {
    const [, told] = messageVariables(RULES);
    const literals = literalsIn(told?.expression ?? "");
    assert.ok([" is ", "; allowed: ", "; ", "missing", "a list", "an object"].every((part) => literals.includes(part)));
  });
});
