// How long the certificate that Landlord serves, and the authority that signed it, still live. Renewed at two thirds of life.
import type { X509Certificate } from "node:crypto";
import type { Check, Context } from "../check.ts";
import { type Finding, ok, problem, warning } from "../finding.ts";
import { readCertificates, servedCertificate } from "../served-certificate.ts";

const HOUR_MS = 3_600_000;
/** Less than a third of a life is left when the renewal is due; a quarter means that it does not happen. */
const LATE_SHARE = 1 / 4;

export const certificate: Check = {
  name: "certificate",
  async check(context) {
    const served = await servedCertificate(context);
    const { namespace, certificateSecret: name } = context.settings;
    if (served === undefined) {
      return [
        problem(`Secret ${namespace}/${name} is missing: Landlord has never run, or cannot write it`, logsOf(context)),
      ];
    }
    const [leaf] = readCertificates(served.certificate);
    const [ca] = readCertificates(served.ca);
    if (leaf === undefined || ca === undefined) {
      const remake = `kubectl delete secret ${name} -n ${namespace}`;
      return [problem(`Secret ${namespace}/${name} holds no certificate that can be read`, remake)];
    }
    return [lifeOf("the certificate", leaf, context), lifeOf("its authority", ca, context)];
  },
};

function lifeOf(what: string, { validFromDate, validToDate }: X509Certificate, context: Context): Finding {
  const now = context.now();
  const left = validToDate.getTime() - now;
  const until = `until ${validToDate.toISOString()}`;
  if (left <= 0) return problem(`${what} was valid ${until}: the API server refuses it`, restartOf(context));
  if (validFromDate.getTime() > now) {
    return problem(`${what} is valid only from ${validFromDate.toISOString()}: a clock was wrong`, restartOf(context));
  }
  const share = left / (validToDate.getTime() - validFromDate.getTime());
  if (share >= LATE_SHARE) return ok(`${what} is valid ${until}`);
  return warning(`${what} ends in ${Math.ceil(left / HOUR_MS)} h and should have been renewed`, logsOf(context));
}

const restartOf = ({ settings }: Context): string =>
  `kubectl rollout restart deployment/landlord -n ${settings.namespace}`;
const logsOf = ({ settings }: Context): string =>
  `kubectl logs deployment/landlord -n ${settings.namespace} --since=1h`;
