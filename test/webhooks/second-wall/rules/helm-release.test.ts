import { describe } from "node:test";
import { helmReleaseWall } from "../../../../webhooks/second-wall/rules/helm-release.ts";
import { wallContract } from "../../../helpers/wall-contract.ts";

describe("second wall: helm-release", () => wallContract(helmReleaseWall));
