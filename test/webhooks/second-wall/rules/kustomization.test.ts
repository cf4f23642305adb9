import { describe } from "node:test";
import { kustomizationWall } from "../../../../webhooks/second-wall/rules/kustomization.ts";
import { wallContract } from "../../../helpers/wall-contract.ts";

describe("second wall: kustomization", () => wallContract(kustomizationWall));
