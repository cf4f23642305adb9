// Every metric of the product, declared with its help text. Rooms get the whole and touch what is theirs.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

const REVIEW_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
const WORK_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export type Metrics = ReturnType<typeof createMetrics>;

/** A registry of its own, so that two services in one process do not share figures. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  return {
    /** The text that Prometheus scrapes, and its content type. */
    scrape: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),

    /** Adds figures of the process: CPU, memory, event-loop lag. */
    collectProcess: () => collectDefaultMetrics({ register: registry, prefix: "landlord_" }),

    reviews: new Counter({
      name: "landlord_admission_reviews_total",
      help: "Admission reviews answered, by webhook, resource, operation and outcome (allowed, denied, patched, error).",
      labelNames: ["webhook", "resource", "operation", "outcome"],
      registers,
    }),
    reviewSeconds: new Histogram({
      name: "landlord_admission_review_seconds",
      help: "Time from the whole body to the answer, by webhook.",
      labelNames: ["webhook"],
      buckets: REVIEW_SECONDS,
      registers,
    }),
    memberSeconds: new Histogram({
      name: "landlord_admission_member_seconds",
      help: "Time in one rule or mutation.",
      labelNames: ["member"],
      buckets: REVIEW_SECONDS,
      registers,
    }),
    refusedBodies: new Counter({
      name: "landlord_admission_bodies_refused_total",
      help: "Requests of the webhooks' door whose body was not taken, by cause (large: longer than any review; crowded: it made room for others).",
      labelNames: ["cause"],
      registers,
    }),
    denials: new Counter({
      name: "landlord_admission_denials_total",
      help: "Violations that denied a request, by rule.",
      labelNames: ["rule"],
      registers,
    }),

    wouldDeny: new Counter({
      name: "landlord_would_deny_total",
      help: "Violations that the policy only warns of and that would have denied, by rule and namespace (_other: one that is not known).",
      labelNames: ["rule", "namespace"],
      registers,
    }),
    exemptions: new Counter({
      name: "landlord_admission_exemptions_total",
      help: "Violations that were let pass, by rule and cause (admin: a platform admin asked; exception: the policy has one).",
      labelNames: ["rule", "cause"],
      registers,
    }),
    policyValid: new Gauge({
      name: "landlord_policy_valid",
      help: "1 if the policy as it stands now is in force, 0 if it was refused, is gone or was not read yet.",
      registers,
    }),
    policyLoaded: new Gauge({
      name: "landlord_policy_loaded_timestamp_seconds",
      help: "Unix time at which the policy in force was read; 0 where the defaults hold.",
      registers,
    }),

    queueDepth: new Gauge({
      name: "landlord_queue_depth",
      help: "Keys waiting to be processed, those that wait for a back-off not counted.",
      labelNames: ["queue"],
      registers,
    }),
    queueOldestSeconds: new Gauge({
      name: "landlord_queue_oldest_seconds",
      help: "Age of the key that has waited longest.",
      labelNames: ["queue"],
      registers,
    }),
    queueRetries: new Counter({
      name: "landlord_queue_retries_total",
      help: "Keys put back after an error.",
      labelNames: ["queue"],
      registers,
    }),
    reconciles: new Counter({
      name: "landlord_reconciles_total",
      help: "Reconciles finished, by queue and outcome (done, waiting, failed).",
      labelNames: ["queue", "outcome"],
      registers,
    }),
    reconcileSeconds: new Histogram({
      name: "landlord_reconcile_seconds",
      help: "Time of one reconcile.",
      labelNames: ["queue"],
      buckets: WORK_SECONDS,
      registers,
    }),

    kubeRequests: new Counter({
      name: "landlord_kube_requests_total",
      help: "Requests to kube-apiserver, by verb, resource and status code (0: no answer).",
      labelNames: ["verb", "resource", "code"],
      registers,
    }),
    watchObjects: new Gauge({
      name: "landlord_watch_objects",
      help: "Objects in the cache of a watch.",
      labelNames: ["resource"],
      registers,
    }),
    watchRestarts: new Counter({
      name: "landlord_watch_restarts_total",
      help: "Watches begun anew, by cause (closed, error, expired, silent).",
      labelNames: ["resource", "cause"],
      registers,
    }),
    watchSynced: new Gauge({
      name: "landlord_watch_synced",
      help: "1 once the first list is complete.",
      labelNames: ["resource"],
      registers,
    }),
    watchLastEvent: new Gauge({
      name: "landlord_watch_last_event_timestamp_seconds",
      help: "Unix time of the last event or bookmark.",
      labelNames: ["resource"],
      registers,
    }),
    leader: new Gauge({
      name: "landlord_leader",
      help: "1 on the replica that holds the Lease.",
      registers,
    }),

    onboardingSeconds: new Histogram({
      name: "landlord_onboarding_seconds",
      help: "Time from the first sight of a tenant's namespace to TenantReady.",
      buckets: WORK_SECONDS,
      registers,
    }),
    tenants: new Gauge({
      name: "landlord_tenant_namespaces",
      help: "Tenant namespaces, by state (ready, initializing).",
      labelNames: ["state"],
      registers,
    }),
    refusedNamespaces: new Counter({
      name: "landlord_refused_namespaces_total",
      help: "Namespaces that carry a tenant label and are not provisioned, by cause (platform).",
      labelNames: ["cause"],
      registers,
    }),
    objectWrites: new Counter({
      name: "landlord_object_writes_total",
      help: "Managed objects written, by kind and operation (created, applied, replaced).",
      labelNames: ["kind", "operation"],
      registers,
    }),
    eventsDropped: new Counter({
      name: "landlord_events_dropped_total",
      help: "Kubernetes Events that could not be written.",
      registers,
    }),

    generatorRequests: new Counter({
      name: "landlord_generator_requests_total",
      help: "Requests of the plugin endpoint answered, by status code.",
      labelNames: ["code"],
      registers,
    }),
    generatorRequestSeconds: new Histogram({
      name: "landlord_generator_request_seconds",
      help: "Time from a request's head to the end of its answer, by status code.",
      labelNames: ["code"],
      buckets: WORK_SECONDS,
      registers,
    }),
    generatorScans: new Counter({
      name: "landlord_generator_scans_total",
      help: "Scans of the tenant registry, by outcome (complete, failed).",
      labelNames: ["outcome"],
      registers,
    }),
    generatorScanSeconds: new Histogram({
      name: "landlord_generator_scan_seconds",
      help: "Time of one complete scan, its recording included.",
      buckets: WORK_SECONDS,
      registers,
    }),
    generatorSnapshotTimestamp: new Gauge({
      name: "landlord_generator_snapshot_timestamp_seconds",
      help: "Unix time of the last complete scan.",
      registers,
    }),
    generatorSnapshotVersion: new Gauge({
      name: "landlord_generator_snapshot_version",
      help: "Version of what is served; it grows whenever an answer may have changed.",
      registers,
    }),
    generatorTenants: new Gauge({
      name: "landlord_generator_tenants",
      help: "Rows of the registry in the last complete scan, by state (enabled, disabled, bad).",
      labelNames: ["state"],
      registers,
    }),
    generatorHeldTenants: new Gauge({
      name: "landlord_generator_held_tenants",
      help: "Tenants that are served although the registry does not give them now.",
      registers,
    }),
    generatorRefusals: new Counter({
      name: "landlord_generator_refusals_total",
      help: "Answers that the guard refused to shorten, counted at each scan, by reason (empty-table, nothing-left, too-many).",
      labelNames: ["reason"],
      registers,
    }),
    generatorRefusedAnswers: new Gauge({
      name: "landlord_generator_refused_answers",
      help: "Answers that the guard refuses to shorten now.",
      registers,
    }),
    generatorBaselineErrors: new Counter({
      name: "landlord_generator_baseline_errors_total",
      help: "Failures of the baseline's store, by operation (read, write).",
      labelNames: ["operation"],
      registers,
    }),
    generatorPushes: new Counter({
      name: "landlord_generator_pushes_total",
      help: "ApplicationSets told to refresh, by outcome (done, failed).",
      labelNames: ["outcome"],
      registers,
    }),

    surveyViolations: new Gauge({
      name: "landlord_survey_violations",
      help: "Objects in the cluster that a rule is against, by rule, namespace (tenants' and the platform's; _other: all others, and what goes beyond 2000 series) and action (deny, would-deny: warnOnly lets them pass, warn).",
      labelNames: ["rule", "namespace", "action"],
      registers,
    }),
    surveyObjects: new Gauge({
      name: "landlord_survey_objects",
      help: "Objects in the cluster that were judged in the last walk.",
      labelNames: ["resource"],
      registers,
    }),
    surveyLastSuccess: new Gauge({
      name: "landlord_survey_last_success_timestamp_seconds",
      help: "Unix time at which all resources had been walked.",
      registers,
    }),
    surveyErrors: new Counter({
      name: "landlord_survey_errors_total",
      help: "Resources that a walk could not read to the end.",
      labelNames: ["resource"],
      registers,
    }),
    surveyLeader: new Gauge({
      name: "landlord_survey_leader",
      help: "1 on the replica that judges what is in the cluster.",
      registers,
    }),

    webhooks: new Gauge({
      name: "landlord_webhooks",
      help: "Webhooks that the API server's configuration has, by its kind; 0: there is no configuration.",
      labelNames: ["kind"],
      registers,
    }),
    breakGlass: new Gauge({
      name: "landlord_break_glass",
      help: "1 while the validating webhook lets everything through because somebody broke the glass.",
      registers,
    }),
    certificateExpiry: new Gauge({
      name: "landlord_certificate_expiry_timestamp_seconds",
      help: "Unix time at which a certificate ends, by certificate (ca, leaf).",
      labelNames: ["certificate"],
      registers,
    }),
    certificateChanges: new Counter({
      name: "landlord_certificate_changes_total",
      help: "What this replica did to the certificates: created, restored, authority, leaf, next, switch or former; of files: accepted or refused; of caBundle: put-back.",
      labelNames: ["change"],
      registers,
    }),
  };
}
