// What a running service shows of itself: its first answer, how large answers are, its memory, its CPU.
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunningGenerator } from "../sandbox/generator.ts";
import type { Figure } from "./bench.ts";
import { createClient } from "./load.ts";

const FIRST_ANSWER_MS = 60_000;

/** Resolves when it has answered 200 to a question. */
export async function firstAnswer(running: RunningGenerator): Promise<void> {
  const client = createClient(running.ports.generator, running.token);
  try {
    const deadline = performance.now() + FIRST_ANSWER_MS;
    while (!(await client.ask().catch(() => undefined))) {
      if (performance.now() > deadline) throw new Error(`await first answer: none within ${FIRST_ANSWER_MS} ms`);
      await sleep(10);
    }
  } finally {
    client.close();
  }
}

export async function sizes({ ports, token }: RunningGenerator): Promise<Figure[]> {
  const client = createClient(ports.generator, token);
  try {
    const [plain, gzipped] = [await client.ask("identity"), await client.ask("gzip")];
    return [
      { name: "answer, plain", value: plain.length, unit: "bytes" },
      { name: "answer, gzipped", value: gzipped.length, unit: "bytes" },
    ];
  } finally {
    client.close();
  }
}

export async function memory(running: RunningGenerator, when: string): Promise<Figure[]> {
  const rss = (await metricsOf(running))("landlord_process_resident_memory_bytes");
  const status = await readFile(`/proc/${running.process.pid}/status`, "utf8").catch(() => ""); // Linux only
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return [
    { name: `RSS ${when}`, value: Math.round(rss / 2 ** 20), unit: "MiB" },
    ...(peak === undefined ? [] : [{ name: "RSS at its peak", value: Math.round(Number(peak) / 1024), unit: "MiB" }]),
  ];
}

/** Milliseconds of user and system together. */
export async function cpuOf(running: RunningGenerator): Promise<number> {
  const metric = await metricsOf(running);
  const [user, system] = ["user", "system"].map((kind) => metric(`landlord_process_cpu_${kind}_seconds_total`));
  return ((user ?? 0) + (system ?? 0)) * 1000;
}

export async function metricsOf(running: RunningGenerator): Promise<(name: string) => number> {
  const { text } = await running.health("/metrics");
  return (name) => {
    const value = new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1];
    if (value === undefined) throw new Error(`read metric ${name}: it is not there`);
    return Number(value);
  };
}
