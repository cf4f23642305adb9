// Every `landlord tenant …` command, in the order of its help.
import type { Command } from "../command.ts";
import { add } from "./add.ts";
import { check } from "./check.ts";
import { list } from "./list.ts";
import { remove } from "./remove.ts";
import { set } from "./set.ts";
import { show } from "./show.ts";

export const tenantCommands: readonly Command[] = [
  list, //    who is there
  show, //    one of them
  add, //     a new one
  set, //     another namespace, label, ...; out of service and back
  remove, //  gone for good
  check, //   what is wrong in the registry
];
