import { describe } from "node:test";
import { namespaceWall } from "../../../../webhooks/second-wall/rules/namespace.ts";
import { wallContract } from "../../../helpers/wall-contract.ts";

describe("second wall: namespace", () => wallContract(namespaceWall));
