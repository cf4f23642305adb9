// How much there may be of anything, in CEL: only what can be counted. Lengths in bytes and aliases are the webhook's to judge.
import { caps, MAX_DEPENDENCIES } from "../../validating/patches/caps.ts";
import { MAX_PATCHES } from "../../validating/patches/patch-size.ts";
import { at, type Cel, text } from "../cel.ts";
import { together, when } from "../finding.ts";
import type { WallRule } from "../wall-rule.ts";

const FIELDS = ["patches", "patchesStrategicMerge", "patchesJson6902"];
const RENDERERS: Cel = at("spec.postRenderers");

export const capsWall: readonly WallRule[] = [
  {
    rule: caps,
    findings() {
      const own = FIELDS.map((field) => `${at(`spec.${field}`)}.orValue([]).size()`).join(" + ");
      const rendered = FIELDS.map((field) => `r.?kustomize.?${field}.orValue([]).size()`).join(" + ");
      const inRenderers = `${RENDERERS}.orValue([]).map(r, ${rendered}).sum()`;
      return together(
        tooMany({
          path: "spec.patches",
          count: `(${own})`,
          most: MAX_PATCHES,
          unit: "patches",
          remedy: "make them fewer, or several objects",
        }),
        tooMany({
          path: "spec.postRenderers",
          count: inRenderers,
          most: MAX_PATCHES,
          unit: "patches",
          remedy: "make them fewer, or several objects",
        }),
        tooMany({
          path: "spec.dependsOn",
          count: `${at("spec.dependsOn")}.orValue([]).size()`,
          most: MAX_DEPENDENCIES,
          unit: "dependencies",
          remedy: "depend on one object that depends on the others",
        }),
      );
    },
  },
];

interface Cap {
  path: string;
  count: Cel;
  most: number;
  unit: string;
  remedy: string;
}

function tooMany({ path, count, most, unit, remedy }: Cap): Cel {
  return when(`${count} > ${most}`, {
    field: text(path),
    found: `string(${count}) + ${text(` ${unit}`)}`,
    allowed: text(`at most ${most}${unit === "patches" ? " in sum" : ""}`),
    remedy,
  });
}
