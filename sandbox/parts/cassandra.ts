// Apache Cassandra in the place of Amazon Keyspaces. It needs no control plane: sandbox/database.ts starts it alone.
import { findClassArchive } from "../cassandra/class-archive.ts";
import { findJars } from "../cassandra/jars.ts";
import { findJava } from "../cassandra/java.ts";
import { type Cassandra, type NodeFiles, startNode } from "../cassandra/node.ts";
import type { Part } from "../part.ts";

export const CASSANDRA: Part<NodeFiles, Cassandra> = {
  name: "cassandra",

  async find(means) {
    const java = await findJava(means.env);
    const jars = await findJars(means);
    const archive = await findClassArchive(java, jars, means);
    return { java: java.command, jars, flags: [`-XX:SharedArchiveFile=${archive}`] };
  },

  start: startNode,
};
