// A8: AppProjects are written by the platform alone: they are the limit of tenants, wherever they lie.
import { isTenantPrincipal } from "../../principal.ts";
import { APP_PROJECTS } from "../resource.ts";
import type { Rule } from "../rule.ts";

export const appProjects: Rule = {
  id: "A8",
  name: "app-projects",
  resources: [APP_PROJECTS],
  subResources: ["", "status"],
  everywhere: true,
  judgesChange: true,
  check({ user }, _facts, policy) {
    if (!isTenantPrincipal(policy, user)) return [];
    const remedy = "ask the platform for a project";
    return [{ field: "kind", found: "AppProject", allowed: "none but the platform's", remedy }];
  },
};
