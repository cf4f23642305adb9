// Whether somebody has made the validating webhook let everything through (`landlord break-glass`), and it is so still.
import { VALIDATING_WEBHOOK_CONFIGURATION } from "../../../kube/kinds.ts";
import { brokenGlass } from "../../../tls/break-glass.ts";
import type { Check } from "../check.ts";
import { ok, problem, warning } from "../finding.ts";
import { configurationOf } from "./webhooks.ts";

const UNDO = "landlord break-glass --undo";

export const breakGlass: Check = {
  name: "break-glass",
  async check(context) {
    const configuration = await configurationOf(VALIDATING_WEBHOOK_CONFIGURATION, context);
    const broken = configuration && brokenGlass(configuration);
    if (broken === undefined) return [ok("the glass is whole")];
    const by = broken.note === "" ? "nobody said who, when and why" : broken.note;
    if (broken.open.length === 0) {
      return [warning(`the glass was broken, and somebody put the webhooks back without saying so: ${by}`, UNDO)];
    }
    const many = broken.closed.length === 0 ? "all webhooks" : broken.open.join(", ");
    return [
      problem(`the glass is broken: ${many} of the validating configuration let everything through (${by})`, UNDO),
    ];
  },
};
