import { describe } from "node:test";
import { eventsAndImagesWall } from "../../../../webhooks/second-wall/rules/events-and-images.ts";
import { wallContract } from "../../../helpers/wall-contract.ts";

describe("second wall: events-and-images", () => wallContract(eventsAndImagesWall));
