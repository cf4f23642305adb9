import { describe } from "node:test";
import { capsWall } from "../../../../webhooks/second-wall/rules/caps.ts";
import { wallContract } from "../../../helpers/wall-contract.ts";

describe("second wall: caps", () => wallContract(capsWall));
