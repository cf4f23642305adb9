import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { wallRules } from "../../../webhooks/second-wall/rules/index.ts";
import { walls } from "../../../webhooks/second-wall/walls.ts";

describe("walls", () => {
  it("have every resource of every rule exactly once, in the kind of wall that the rule needs", () => {
    for (const { rule } of wallRules) {
      const { id, resources, subResources = [""], everywhere = false } = rule;
      for (const resource of resources) {
        const fitting = walls.filter(
          (wall) =>
            wall.resources.includes(resource) &&
            wall.everywhere === everywhere &&
            wall.subResources.join() === subResources.join(),
        );
        assert.equal(fitting.length, 1, `${id} ${resource.resource}: ${fitting.map(({ name }) => name).join()}`);
      }
    }
  });

  it("have names of their own", () => {
    assert.equal(new Set(walls.map(({ name }) => name)).size, walls.length);
  });
});
