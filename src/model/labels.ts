// Every label, annotation, condition and gate that Landlord writes or reads, in one place.

export const TENANT_LABEL = "landlord.dev/tenant";
/** On a Namespace while it is being set up; a label, so that webhooks and watches can select by it. */
export const INITIALIZING_LABEL = "landlord.dev/initializing";
/** On a Namespace that is ready: its UID. A mark that holds another UID is not trusted. */
export const INITIALIZED_ANNOTATION = "landlord.dev/initialized";
/** Name of the scheduling gate on Pods that were created before their namespace was ready. */
export const POD_GATE = "landlord.dev/initializing";
/** On gated Pods, so that a watch can find them again: gates themselves cannot be selected. */
export const GATED_LABEL = "landlord.dev/gated";

export const MANAGED_BY_LABEL = "app.kubernetes.io/managed-by";
export const MANAGED_BY = "landlord";
/** On every managed object: UID of the Namespace it was made for. */
export const NAMESPACE_UID_ANNOTATION = "landlord.dev/namespace-uid";

/** The condition that `kubectl wait --for=condition=TenantReady ns/x` waits for. */
export const READY_CONDITION = "TenantReady";
/** Conditions of single steps are `landlord.dev/<step>`. */
export const STEP_CONDITION_PREFIX = "landlord.dev/";
/** Labels and annotations that begin so are Landlord's to write. */
export const OWN_PREFIX = "landlord.dev/";

/** Field manager of every write. */
export const FIELD_MANAGER = "landlord";

/** On the generator's ConfigMap: which snapshot its baseline was made with, and how often that has changed. */
export const SNAPSHOT_HASH_ANNOTATION = "landlord.dev/snapshot-hash";
export const SNAPSHOT_VERSION_ANNOTATION = "landlord.dev/snapshot-version";
/** There as well, by an operator: `<hash> <RFC 3339 time>`, the snapshot that is right although the guard refuses it. */
export const ACCEPT_SNAPSHOT_ANNOTATION = "landlord.dev/accept-snapshot";
/** On an ApplicationSet: makes Argo CD look at it at once. A value that is there already changes nothing. */
export const REFRESH_ANNOTATION = "argocd.argoproj.io/application-set-refresh";
/** On the ValidatingWebhookConfiguration while it lets everything through: `<who> <RFC 3339 time> <reason>`. */
export const BREAK_GLASS_ANNOTATION = "landlord.dev/break-glass";
