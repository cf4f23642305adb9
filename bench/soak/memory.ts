// What the replicas' processes take of the machine over time: memory, file descriptors, sockets. Linux only.
import { readdir, readFile, readlink } from "node:fs/promises";

export interface Sample {
  at: number;
  rssMiB: number;
  descriptors: number;
  sockets: number;
}

/** One process of a replica; a restart begins a new one. */
export interface ProcessSamples {
  replica: string;
  pid: number;
  samples: Sample[];
}

export interface Growth {
  replica: string;
  pid: number;
  minutes: number;
  /** Medians of a minute: after warm-up, and the last. */
  warmMiB: number;
  endMiB: number;
  peakMiB: number;
  warmDescriptors: number;
  endDescriptors: number;
}

/** What has not warmed up says nothing about growth. */
const WARM_UP_MS = 120_000;
const WINDOW_MS = 60_000;

export async function sample(pid: number): Promise<Sample | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    const kib = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
    const folder = `/proc/${pid}/fd`;
    const names = await readdir(folder);
    const links = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => "")));
    const sockets = links.filter((link) => link.startsWith("socket:")).length;
    return Number.isNaN(kib) ? undefined : { at: Date.now(), rssMiB: kib / 1024, descriptors: names.length, sockets };
  } catch {
    return undefined; // it has ended
  }
}

/** Undefined for a process that has not lived for a minute after its warm-up. */
export function growthOf({ replica, pid, samples }: ProcessSamples): Growth | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.at - first.at < WARM_UP_MS + WINDOW_MS) return undefined;
  const within = (from: number): Sample[] => samples.filter(({ at }) => at >= from && at < from + WINDOW_MS);
  const [warm, end] = [within(first.at + WARM_UP_MS), samples.filter(({ at }) => at > last.at - WINDOW_MS)];
  return {
    replica,
    pid,
    minutes: (last.at - first.at) / 60_000,
    warmMiB: middle(warm.map(({ rssMiB }) => rssMiB)),
    endMiB: middle(end.map(({ rssMiB }) => rssMiB)),
    peakMiB: Math.max(...samples.map(({ rssMiB }) => rssMiB)),
    warmDescriptors: middle(warm.map(({ descriptors }) => descriptors)),
    endDescriptors: middle(end.map(({ descriptors }) => descriptors)),
  };
}

/** More than noise: a process that has once been larger need not shrink again. */
export const hasGrown = ({ warmMiB, endMiB, warmDescriptors, endDescriptors }: Growth): boolean =>
  endMiB > warmMiB * 1.25 + 16 || endDescriptors > warmDescriptors + 32;

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
