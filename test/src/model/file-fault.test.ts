import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileFault } from "../../../src/model/file-fault.ts";

describe("the fault of a file", () => {
  it("is said without its path", () => {
    const fault = (code: string): string => fileFault(Object.assign(new Error("open '/secret'"), { code }));
    assert.deepEqual(["EACCES", "EPERM", "EROFS", "EISDIR", "ENOSPC", "EIO"].map(fault), [
      "permission denied",
      "permission denied",
      "the file system is read-only",
      "it is a directory",
      "no space left",
      "not possible (EIO)",
    ]);
  });
});
