// The webhook configurations as they are shipped, put into a fake cluster, and the Secret of a certificate that they trust.
import { createAuthority } from "../../certs/authority.ts";
import { issueLeaf } from "../../certs/leaf.ts";
import type { Configuration } from "../../src/cli/doctor/checks/webhooks.ts";
import type { Webhook } from "../../src/cli/doctor/shipped.ts";
import { NOW, SHIPPED } from "./doctor.ts";
import type { FakeKube } from "./kube-fake.ts";

const SHIPPED_BY_KIND = {
  MutatingWebhookConfiguration: SHIPPED.mutating,
  ValidatingWebhookConfiguration: SHIPPED.validating,
};
export type ConfigurationKind = keyof typeof SHIPPED_BY_KIND;

export function configuration(
  kind: ConfigurationKind,
  change: (webhook: Webhook) => Webhook = (webhook) => webhook,
): Configuration {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind,
    metadata: { name: "landlord" },
    webhooks: structuredClone(SHIPPED_BY_KIND[kind]).map(change),
  };
}

/** Both of them, trusting `ca`. */
export function putConfigurations(kube: FakeKube, ca = ""): void {
  for (const kind of ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"] as const) {
    kube.put(
      configuration(kind, (webhook) => ({
        ...webhook,
        clientConfig: { ...webhook.clientConfig, caBundle: base64(ca) },
      })),
    );
  }
}

/** The Secret of a new authority and its leaf; resolves to the authority's certificate. */
export function putCertificate(kube: FakeKube, made = NOW): string {
  const authority = createAuthority({ commonName: "landlord", now: made });
  const { certificate } = issueLeaf(authority, { names: ["landlord.landlord.svc"], now: made });
  putSecret(kube, { ca: authority.certificate, certificate });
  return authority.certificate;
}

export function putSecret(kube: FakeKube, { ca, certificate }: { ca: string; certificate: string }): void {
  const metadata = { name: "landlord-webhook-certificate", namespace: "landlord" };
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata,
    data: { "ca.crt": base64(ca), "tls.crt": base64(certificate) },
  };
  kube.put(secret);
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
