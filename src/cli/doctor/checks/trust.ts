// Every webhook trusts the authority that signed what is served; without that each call of the API server fails.
import { MUTATING_WEBHOOK_CONFIGURATION, VALIDATING_WEBHOOK_CONFIGURATION } from "../../../kube/kinds.ts";
import { trusts } from "../../../tls/webhook-trust.ts";
import type { Check } from "../check.ts";
import { ok, problem } from "../finding.ts";
import { readCertificates, servedCertificate } from "../served-certificate.ts";
import { type Configuration, configurationOf } from "./webhooks.ts";

export const trust: Check = {
  name: "trust",
  async check(context) {
    const { namespace, certificateSecret } = context.settings;
    const restart = `kubectl rollout restart deployment/landlord -n ${namespace}`;
    const served = await servedCertificate(context);
    if (served === undefined) return [problem("there is no authority yet that could be trusted", restart)];
    const [leaf, ...chain] = readCertificates(served.certificate);
    const issuers = [...chain, ...readCertificates(served.ca)];
    if (leaf !== undefined && !issuers.some((issuer) => leaf.checkIssued(issuer))) {
      const remake = `kubectl delete secret ${certificateSecret} -n ${namespace}`;
      return [problem("the certificate was signed by another authority than the one beside it", remake)];
    }
    const kinds = [MUTATING_WEBHOOK_CONFIGURATION, VALIDATING_WEBHOOK_CONFIGURATION];
    const found = await Promise.all(kinds.map((kind) => configurationOf(kind, context)));
    const configurations = found.filter((each) => each !== undefined);
    const strangers = configurations.filter((each) => !trusts(each, served.ca));
    if (strangers.length > 0) return strangers.map((each) => problem(inWords(each, served.ca), restart));
    return configurations.length === 0 ? [] : [ok("the webhooks trust the authority that is served")];
  },
};

function inWords(configuration: Configuration, ca: string): string {
  const untrusting = (configuration.webhooks ?? []).filter(
    (webhook) => !trusts({ ...configuration, webhooks: [webhook] }, ca),
  );
  const names = untrusting.map(({ name }) => name).join(", ");
  return `${configuration.kind} ${configuration.metadata.name}: caBundle of ${names} does not hold the authority that is served`;
}
