// The statements of manifests/generator/schema.cql, for a Cassandra of one node instead of Amazon Keyspaces.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const FILE = fileURLToPath(new URL("../../manifests/generator/schema.cql", import.meta.url));
const REPLICATION = /replication = \{[^}]*\}/g;

/** In their order, each without its semicolon. */
export async function readSchema(dataCentre: string): Promise<string[]> {
  return statements(await readFile(FILE, "utf8"), dataCentre);
}

/** `text`: CQL whose literals hold neither semicolons nor dashes side by side. */
export function statements(text: string, dataCentre: string): string[] {
  const replication = `replication = {'class': 'NetworkTopologyStrategy', '${dataCentre}': 1}`;
  return text
    .replaceAll(/--.*$/gm, "")
    .replaceAll(REPLICATION, replication)
    .split(";")
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}
