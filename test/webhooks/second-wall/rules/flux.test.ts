import { describe } from "node:test";
import { fluxWall } from "../../../../webhooks/second-wall/rules/flux.ts";
import { wallContract } from "../../../helpers/wall-contract.ts";

describe("second wall: flux", () => wallContract(fluxWall));
