// The flags by which Flux's own controllers confine tenants: what holds even where no admission is asked. Names and gates are Flux 2.9's.

export interface LockdownFlag {
  flag: string;
  /** Half a sentence: what it is for. */
  reason: string;
}

export interface Lockdown {
  /** Of the Deployment. */
  controller: string;
  flags: readonly LockdownFlag[];
}

/** The account that stands in for a missing one unless the policy declares another; every namespace has it, and it has no rights. */
export const DEFAULT_ACCOUNT = "default";

const NO_CROSS_NAMESPACE_REFS: LockdownFlag = {
  flag: "--no-cross-namespace-refs=true",
  reason: "references to other namespaces are not followed, but for dependsOn, which only admission stops",
};
const NO_REMOTE_BASES: LockdownFlag = {
  flag: "--no-remote-bases=true",
  reason: "bases in other repositories are not used; single files by URL still are, so close the network besides",
};
const IDENTITY_GATE: LockdownFlag = {
  flag: "--feature-gates=ObjectLevelWorkloadIdentity=true",
  reason: "the flags after it are refused at the start without; join it with gates that are set already",
};

/** Every controller that has such flags, with `account` for objects that name none. */
export function lockdown(account: string = DEFAULT_ACCOUNT): readonly Lockdown[] {
  const applies: LockdownFlag = {
    flag: `--default-service-account=${account}`,
    reason: "what names no ServiceAccount is applied with this one's rights, not with the controller's",
  };
  const kubeConfig: LockdownFlag = {
    flag: `--default-kubeconfig-service-account=${account}`,
    reason: "a kubeConfig by ConfigMap logs in with this account's token, not with the controller's",
  };
  const decryption: LockdownFlag = {
    flag: `--default-decryption-service-account=${account}`,
    reason: "what names no key is decrypted with this account's cloud identity, not with the controller's",
  };
  const cloud: LockdownFlag = {
    flag: `--default-service-account=${account}`,
    reason: "what names no ServiceAccount logs in to clouds with this one's identity, not with the controller's",
  };
  return [
    {
      controller: "kustomize-controller",
      flags: [NO_CROSS_NAMESPACE_REFS, NO_REMOTE_BASES, applies, IDENTITY_GATE, kubeConfig, decryption],
    },
    { controller: "helm-controller", flags: [NO_CROSS_NAMESPACE_REFS, applies, IDENTITY_GATE, kubeConfig] },
    { controller: "notification-controller", flags: [NO_CROSS_NAMESPACE_REFS, IDENTITY_GATE, cloud] },
    { controller: "image-reflector-controller", flags: [NO_CROSS_NAMESPACE_REFS, IDENTITY_GATE, cloud] },
    { controller: "image-automation-controller", flags: [NO_CROSS_NAMESPACE_REFS, IDENTITY_GATE, cloud] },
    { controller: "source-controller", flags: [IDENTITY_GATE, cloud] },
    { controller: "source-watcher", flags: [NO_CROSS_NAMESPACE_REFS] },
  ];
}

/** The flags alone, in the order in which they are given; none for a controller that has none. */
export function lockdownFlags(controller: string, account: string = DEFAULT_ACCOUNT): string[] {
  return (lockdown(account).find((one) => one.controller === controller)?.flags ?? []).map(({ flag }) => flag);
}
