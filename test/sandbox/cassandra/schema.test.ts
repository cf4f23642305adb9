import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readSchema, statements } from "../../../sandbox/cassandra/schema.ts";

describe("the schema's statements", () => {
  it("are the product's own, for one node in the data centre", async () => {
    const [keyspace, table, ...more] = await readSchema("us-east-1");
    assert.match(
      keyspace ?? "",
      /^CREATE KEYSPACE IF NOT EXISTS tenant_ops\s+WITH replication = \{'class': 'NetworkTopologyStrategy', 'us-east-1': 1\}$/,
    );
    assert.match(
      table ?? "",
      /^CREATE TABLE IF NOT EXISTS tenant_ops\.tenant_configs \(\s+tenant_id text PRIMARY KEY,[^;]*\)$/,
    );
    assert.deepEqual(more, []);
  });

  it("come without comments and semicolons", () => {
    assert.deepEqual(statements("-- a; b\nSELECT 1; -- c\n\nSELECT 2;\n", "dc"), ["SELECT 1", "SELECT 2"]);
  });
});
