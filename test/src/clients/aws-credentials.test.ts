import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { createAwsCredentials } from "../../../src/clients/aws-credentials.ts";
import { describe as inWords } from "../../../src/model/errors.ts";

describe("AWS credentials", () => {
  it("come from the chain, asked each time, sealed", async () => {
    let serial = 0;
    let opened = 0;
    const load = createAwsCredentials(() => {
      opened++;
      return Promise.resolve(() => {
        serial++;
        const session = serial === 2 ? { sessionToken: "session" } : {};
        return Promise.resolve({ accessKeyId: `id-${serial}`, secretAccessKey: `secret-${serial}`, ...session });
      });
    });
    const [first, second] = [await load(), await load()];
    assert.deepEqual(Object.keys(first), ["accessKeyId", "secretAccessKey"]);
    assert.deepEqual([first.accessKeyId, first.secretAccessKey.open()], ["id-1", "secret-1"]);
    assert.deepEqual([second.accessKeyId, second.sessionToken?.open()], ["id-2", "session"]);
    assert.doesNotMatch(JSON.stringify([first, second]), /secret-|session"/);
    assert.equal(opened, 1);
  });

  it("say that there are none, and are looked for again", async () => {
    const answers = [
      Promise.reject(new Error("could not load")),
      Promise.resolve({ accessKeyId: "a", secretAccessKey: "b" }),
    ];
    answers[0]?.catch(() => undefined);
    const load = createAwsCredentials(() => Promise.resolve(() => answers.shift()!));
    await assert.rejects(load(), (error) => {
      assert.equal(inWords(error), "load AWS credentials: the credential chain gives none: could not load");
      return true;
    });
    assert.equal((await load()).accessKeyId, "a");
  });

  it("are found by the SDK in the environment", async () => {
    const module = join(import.meta.dirname, "../../../src/clients/aws-credentials.ts");
    const script = `const { createAwsCredentials } = await import(${JSON.stringify(module)});
      const found = await createAwsCredentials()();
      console.log(found.accessKeyId, found.secretAccessKey.open(), found.sessionToken.open());`;
    const env = {
      AWS_ACCESS_KEY_ID: "AKID",
      AWS_SECRET_ACCESS_KEY: "sesame",
      AWS_SESSION_TOKEN: "token",
      HOME: "/nowhere",
    };
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], { env });
    assert.equal(stdout, "AKID sesame token\n");
  });
});
