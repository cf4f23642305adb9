// What a review costs: at the webhooks' door with everything, from bytes to bytes without the network, and as a command.
import type { Benchmark } from "./bench.ts";
import { commands } from "./review-command.ts";
import { atTheDoor } from "./review-door.ts";
import { rulesAlone } from "./review-rules.ts";

export const review: Benchmark = {
  name: "review",
  about:
    "a review of 5 kB at the door against bare node:https and usual Express; judging alone, kind by kind; `landlord review`",
  async run({ log, quick }) {
    const tables = await atTheDoor({ rounds: quick ? 2 : 10, seconds: quick ? 0.5 : 2, log });
    log("judging, kind by kind");
    tables.push(...rulesAlone(quick ? 2 : 40));
    log("whole processes, taken in turns");
    return [...tables, await commands(quick ? 1 : 15)];
  },
};
