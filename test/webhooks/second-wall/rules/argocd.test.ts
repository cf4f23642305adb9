import { describe } from "node:test";
import { argocdWall } from "../../../../webhooks/second-wall/rules/argocd.ts";
import { wallContract } from "../../../helpers/wall-contract.ts";

describe("second wall: argocd", () => wallContract(argocdWall));
