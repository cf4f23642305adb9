import { describe } from "node:test";
import { sourceWall } from "../../../../webhooks/second-wall/rules/source.ts";
import { wallContract } from "../../../helpers/wall-contract.ts";

describe("second wall: source", () => wallContract(sourceWall));
