// Cassandra without a cluster for a suite, used as sandbox.ts is:
//
//   const { skip } = await databaseOrSkip();
//   describe("what the suite is about", { skip }, () => {
//     const world = useDatabase();
//     it("does it", () => world.cassandra.cql("SELECT * FROM tenant_ops.tenant_configs"));
//   });
import type { Cassandra } from "../../sandbox/cassandra/node.ts";
import { type Database, type DatabaseOptions, findDatabase, startDatabase } from "../../sandbox/database.ts";
import { orSkip, useShared } from "./shared.ts";

/** Finds or fetches what Cassandra needs. */
export const databaseOrSkip = (options: DatabaseOptions = {}): Promise<{ skip: string | false }> =>
  orSkip(() => findDatabase(options), options.env);

/** To be called inside `describe`: the suite's tests share one database. */
export function useDatabase(options: DatabaseOptions = {}): {
  readonly database: Database;
  readonly cassandra: Cassandra;
} {
  const shared = useShared("database", () => startDatabase(options));
  return {
    get database() {
      return shared();
    },
    get cassandra() {
      return shared().cassandra;
    },
  };
}
