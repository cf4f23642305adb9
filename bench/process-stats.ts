// What the kernel knows of a process: CPU to the nanosecond, memory. Linux only.
import { readdir, readFile } from "node:fs/promises";

/** Microseconds of CPU that its threads have had. */
export async function cpuMicros(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`);
  const stats = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/schedstat`, "utf8").catch(() => "0")), // one may end meanwhile
  );
  return stats.reduce((sum, stat) => sum + Number(stat.split(" ")[0]) / 1000, 0);
}

/** MiB: now, and the most that there was. */
export async function residentMiB(pid: number): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const read = (key: string): number =>
    Math.round(Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024);
  return { now: read("VmRSS"), peak: read("VmHWM") };
}
