// What trusts Landlord's webhook certificate: the bundle that it has put into its webhook configuration.
import type { Sandbox } from "../sandbox/sandbox.ts";

/** PEM. Rejects while there is none. */
export async function webhookCa({ api }: Pick<Sandbox, "api">): Promise<string> {
  const path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/landlord";
  const { status, text } = await api.call({ path });
  if (status !== 200) throw new Error(`read webhook configuration: ${status}`);
  const { webhooks }: { webhooks: { clientConfig: { caBundle?: string } }[] } = JSON.parse(text);
  const bundle = webhooks[0]?.clientConfig.caBundle;
  if (bundle === undefined) throw new Error("read webhook configuration: there is no caBundle yet");
  return Buffer.from(bundle, "base64").toString("utf8");
}
