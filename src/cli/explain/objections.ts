// What Landlord says against a request that is no rule's: where it is recognised in a text, and what to do about it.

export interface ObjectionDoc {
  /** As the audit log has it, and `warnOnly` takes it. */
  id: string;
  /** What its text holds, and no other. */
  sign: RegExp;
  what: string;
  why: string;
  remedy: string;
}

export const objectionDocs: readonly ObjectionDoc[] = [
  {
    id: "unknown-namespace",
    sign: /is neither a tenant's nor the platform's/,
    what: "The object lies in a namespace that is neither a tenant's nor the platform's.",
    why: "Nobody has said whose it is, so nobody's rules can be held against it. What is not known is denied, never let pass.",
    remedy:
      "have the platform set the tenant label on the Namespace or name it in the policy, or use a tenant's namespace.",
  },
  {
    id: "terminating-namespace",
    sign: /is being deleted; nothing new is admitted there/,
    what: "The namespace, or the tenant that it belongs to, is being deleted.",
    why: "What is made there now would be gone with it, or keep it from going.",
    remedy: "wait until it is gone, or use another namespace. Changing and deleting what is there is allowed.",
  },
  {
    id: "unknown-resource",
    sign: /no rule is about \S+; take it out of the rules/,
    what: "kube-apiserver asked about a kind of object that no rule is about.",
    why: "The webhook's configuration sends more than Landlord knows. What nobody judges must not look as if it were judged.",
    remedy:
      "have the platform take it out of the rules of Landlord's ValidatingWebhookConfiguration, or set unknownResources: allow in the policy.",
  },
  {
    id: "not-synced",
    sign: /has not read (?:its policy and )?the cluster's namespaces yet/,
    what: "Landlord has just started and does not know the policy or the cluster's namespaces yet.",
    why: "Without them it cannot tell whose a namespace is, or what is allowed there.",
    remedy:
      "try again in a few seconds; Flux and Argo CD do that themselves. If it lasts, the platform looks at Landlord's log.",
  },
  {
    id: "internal-error",
    sign: /internal error in (?:rule|mutation) \S+; request denied/,
    what: "Landlord itself failed while it judged the object.",
    why: "A fault must not open the door, so the request is denied.",
    remedy: "give the object and the time to the platform: Landlord's log tells what failed.",
  },
];
