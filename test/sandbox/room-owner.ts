// Owns a room with one part until it is killed; room.test.ts does that.
import { readdirSync, readFileSync } from "node:fs";
import { openRoom } from "../../sandbox/room.ts";

const room = await openRoom(new AbortController().signal, process.argv[2]);
const part = await room.start({ name: "part", command: "sleep", args: ["600"], ready: () => Promise.resolve(true) });
console.log(JSON.stringify({ directory: room.directory, part: part.pid, keeper: keeperPid() }));
setInterval(() => undefined, 2 ** 30);

function keeperPid(): number | undefined {
  const pids = readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0);
  return pids.find((pid) => commandOf(pid).startsWith(`/bin/sh\0-c\0`) && commandOf(pid).includes(room.directory));
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
