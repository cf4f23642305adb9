import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLog } from "../../src/log.ts";
import { Sealed } from "../../src/model/sealed.ts";

function linesOf(
  level: "debug" | "info",
  write: (log: ReturnType<typeof createLog>) => void,
): Record<string, unknown>[] {
  const lines: string[] = [];
  write(createLog(level, { write: (line) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line));
}

describe("createLog", () => {
  it("writes one JSON object a line, with time and level as words", () => {
    const [line] = linesOf("info", (log) => log.info({ namespace: "team-a" }, "tenant is ready"));
    assert.equal(line?.["level"], "info");
    assert.equal(line?.["message"], "tenant is ready");
    assert.equal(line?.["namespace"], "team-a");
    assert.match(String(line?.["time"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it("leaves out what is below its level", () => {
    assert.deepEqual(
      linesOf("info", (log) => log.debug({}, "detail")),
      [],
    );
    assert.equal(linesOf("debug", (log) => log.debug({}, "detail")).length, 1);
  });

  it("never writes a sealed value", () => {
    const lines = linesOf("info", (log) =>
      log.info({ token: new Sealed("hunter2"), deep: { token: new Sealed("hunter2") } }, "x"),
    );
    assert.ok(!JSON.stringify(lines).includes("hunter2"));
    assert.equal(lines[0]?.["token"], "[sealed]");
  });
});
