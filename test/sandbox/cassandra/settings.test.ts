import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { javaArguments } from "../../../sandbox/cassandra/java-line.ts";
import { SERVER_PEM, writeSettings } from "../../../sandbox/cassandra/settings.ts";
import { scratch } from "../../helpers/scratch.ts";

describe("the settings of Cassandra", () => {
  it("lie in its directory, and name its own ports, keys and region", async (t) => {
    const directory = join(await scratch(t), "cassandra");
    await writeSettings({ directory, port: 9142, storagePort: 7000, region: "eu-west-1" }, "the keys");
    const read = (name: string): Promise<string> => readFile(join(directory, name), "utf8");
    const yaml = JSON.parse(await read("cassandra.yaml"));
    assert.equal(yaml.native_transport_port, 9142);
    assert.equal(yaml.storage_port, 7000);
    assert.equal(yaml.seed_provider[0].parameters[0].seeds, "127.0.0.1:7000");
    assert.equal(await readFile(yaml.client_encryption_options.keystore, "utf8"), "the keys");
    assert.equal(await read("cassandra-rackdc.properties"), "dc=eu-west-1\nrack=eu-west-1\n");
    assert.equal((await stat(join(directory, SERVER_PEM))).mode & 0o777, 0o600);
  });

  it("listen on the loopback interface only", async (t) => {
    const directory = await scratch(t);
    await writeSettings({ directory, port: 1, storagePort: 2, region: "r" }, "");
    const yaml = JSON.parse(await readFile(join(directory, "cassandra.yaml"), "utf8"));
    assert.deepEqual([yaml.listen_address, yaml.rpc_address], ["127.0.0.1", "127.0.0.1"]);
    assert.deepEqual([yaml.client_encryption_options.enabled, yaml.client_encryption_options.optional], [true, false]);
  });
});

describe("the line for Java", () => {
  const line = javaArguments("/tmp/a room", {
    jars: ["/lib/a.jar", "/lib/b.jar"],
    flags: ["-XX:SharedArchiveFile=/x"],
  });

  it("ends with the class path in its order and the program", () => {
    assert.deepEqual(line.slice(-3), ["-cp", "/lib/a.jar:/lib/b.jar", "org.apache.cassandra.service.CassandraDaemon"]);
  });

  it("names its files by URL, whatever the directory is called", () => {
    assert.ok(line.includes("-Dcassandra.config=file:///tmp/a%20room/cassandra.yaml"));
    assert.ok(line.includes("-Dcassandra.storagedir=/tmp/a room"));
  });

  it("holds the flags that it was given", () => assert.ok(line.includes("-XX:SharedArchiveFile=/x")));
});
