// What node is told in a Pod: by the image, and by its limit of memory.
import { readFileSync } from "node:fs";
import { stagesOf } from "../test/helpers/dockerfile.ts";

/** What node takes for itself where a Pod may have 384 MiB, as manifests/base says; on a large machine it would not care. */
const HEAP = "--max-old-space-size=172";

/** Flags of node. */
export function podFlags(): string[] {
  const dockerfile = readFileSync(new URL("../Dockerfile", import.meta.url), "utf8");
  const instructions = stagesOf(dockerfile).stages.flatMap((stage) => stage.instructions);
  const entry = instructions.findLast(({ word }) => word === "ENTRYPOINT")?.rest ?? "[]";
  return [...(JSON.parse(entry) as string[]).filter((word) => word.startsWith("--")), HEAP];
}
