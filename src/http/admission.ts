// Between a webhook's route and the rules: a body in, an answer out, with figures and one log line per denial. Decides nothing.
import type { AdmissionRequest, Verdict } from "../../webhooks/admission.ts";
import { decodeReview, encodeError, encodeReview, ReviewError } from "../../webhooks/review.ts";
import type { Metrics } from "../metrics.ts";
import type { Log, LogFields } from "../model/log.ts";

export interface Answer {
  status: number;
  /** JSON. */
  body: string;
}

export interface AdmissionOptions {
  /** `mutate` or `validate`: metric label and log field. */
  webhook: string;
  decide: (request: AdmissionRequest) => Verdict;
  /** Plurals that may become a metric's label: the door is open to whoever can reach it, and labels must stay few. */
  resources: ReadonlySet<string>;
  /** Whether there is such a namespace, for the same reason; left out: none is told by name. */
  isNamespace?: (name: string) => boolean;
  log: Log;
  metrics: Pick<Metrics, "denials" | "exemptions" | "reviews" | "reviewSeconds" | "wouldDeny">;
}

/** Never throws: what cannot be read is a 400, what cannot be decided is `decide`'s to deny. */
export function createAdmission({
  webhook,
  decide,
  resources,
  isNamespace = () => false,
  log,
  metrics,
}: AdmissionOptions): (body: Buffer) => Answer {
  const failures = { webhook, resource: "", operation: "", outcome: "error" };
  metrics.reviews.inc(failures, 0); // an alert sees no increase in a series that begins at 1
  return (body) => {
    const end = metrics.reviewSeconds.startTimer({ webhook });
    try {
      const request = decodeReview(body);
      const verdict = decide(request);
      const resource = resources.has(request.resource.resource) ? request.resource.resource : "other";
      metrics.reviews.inc({ webhook, resource, operation: request.operation, outcome: outcomeOf(verdict) });
      for (const rule of verdict.denial?.rules ?? []) metrics.denials.inc({ rule });
      for (const rule of verdict.wouldDeny ?? []) {
        const namespace = isNamespace(request.namespace) ? request.namespace : "_other";
        metrics.wouldDeny.inc({ rule, namespace });
      }
      for (const rule of verdict.exempt ?? []) metrics.exemptions.inc({ rule, cause: "admin" });
      for (const rule of verdict.excepted ?? []) metrics.exemptions.inc({ rule, cause: "exception" });
      if (!verdict.allowed) log.info({ webhook, ...about(request), ...why(verdict) }, "request denied");
      return { status: 200, body: encodeReview(request.uid, verdict) };
    } catch (error) {
      metrics.reviews.inc(failures);
      if (!(error instanceof ReviewError)) throw error;
      log.warn({ webhook, cause: error.message }, "review cannot be read");
      return { status: error.status, body: encodeError(error) };
    } finally {
      end();
    }
  };
}

function about({ operation, kind, namespace, name, user, dryRun }: AdmissionRequest): LogFields {
  return { operation, kind: kind.kind, namespace, name, user: user.username, dryRun };
}

function why({ denial }: Verdict): LogFields {
  return { reason: denial?.reason, cause: denial?.message };
}

function outcomeOf({ allowed, patch }: Verdict): "allowed" | "denied" | "patched" {
  if (!allowed) return "denied";
  return patch.length > 0 ? "patched" : "allowed";
}
