// The commands that write the policy in others' words.
import type { Command } from "../command.ts";
import { lockdown } from "./lockdown.ts";
import { vap } from "./vap.ts";

export const exportCommands: readonly Command[] = [
  vap, //       for kube-apiserver
  lockdown, //  for Flux's controllers
];
