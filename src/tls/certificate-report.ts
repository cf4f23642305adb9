// Tells of what was done to certificates: a figure of everything, and an Event of what nobody does in the ordinary course.
import type { EventRecorder } from "../kube/events.ts";
import type { Metrics } from "../metrics.ts";
import type { KubeObject } from "../model/kube-object.ts";

export interface CertificateReport {
  /** Into the Secret; what was not `servable` was missing or spoiled. */
  written(change: string, finding: { reason: string; servable: boolean }): void;
  /** From files. */
  read(change: "accepted" | "refused", reason?: string): void;
  /** A `caBundle` that somebody had changed. */
  putBack(kind: string, name: string): void;
}

/** Told of by an alert, so that their figures are there, at 0, before the first time: Prometheus sees no increase in a series that begins at 1. */
const ALARMING = ["authority", "restored", "refused", "put-back"] as const;

/** Events are about the Secret, and about Landlord's Namespace where it is files or a configuration: those live in the namespace, too. */
export function createCertificateReport(options: {
  events: Pick<EventRecorder, "record">;
  /** Landlord's own, and the Secret's name in it. */
  namespace: string;
  secret: string;
  metrics: Pick<Metrics, "certificateChanges">;
}): CertificateReport {
  const { events, namespace, secret, metrics } = options;
  const count = (change: string, times = 1): void => metrics.certificateChanges.inc({ change }, times);
  for (const change of ALARMING) count(change, 0);
  const home: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  const kept: KubeObject = { apiVersion: "v1", kind: "Secret", metadata: { name: secret, namespace } };

  return {
    written(change, { reason, servable }) {
      count(change);
      if (servable || change === "created") return;
      const message = `certificates were missing or unusable and have been replaced: ${reason}`;
      events.record(kept, { type: "Warning", reason: "CertificateReplaced", message });
    },
    read(change, reason) {
      count(change);
      if (reason === undefined) return;
      const message = `certificate files refused; what was served before stays: ${reason}`;
      events.record(home, { type: "Warning", reason: "CertificateRefused", message });
    },
    putBack(kind, name) {
      count("put-back");
      const message = `caBundle of ${kind} ${name} was changed by somebody and put back`;
      events.record(home, { type: "Warning", reason: "CaBundlePutBack", message });
    },
  };
}
