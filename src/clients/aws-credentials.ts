// AWS credentials as the SDK's chain finds them: environment, profile, IRSA, Pod Identity, instance. It loads the SDK when first asked.
import { Sealed } from "../model/sealed.ts";
import type { AwsCredentials } from "./sigv4.ts";

/** What a provider of the SDK gives; it renews temporary credentials itself when they are about to end. */
type Provider = () => Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined }>;

/** Ask anew for each use: temporary credentials end. `openChain` is the SDK's own unless a test knows better. */
export function createAwsCredentials(openChain: () => Promise<Provider> = sdkChain): () => Promise<AwsCredentials> {
  let chain: Promise<Provider> | undefined;
  return async () => {
    try {
      chain ??= openChain();
      const { accessKeyId, secretAccessKey, sessionToken } = await (await chain)();
      return {
        accessKeyId,
        secretAccessKey: new Sealed(secretAccessKey),
        ...(sessionToken === undefined ? {} : { sessionToken: new Sealed(sessionToken) }),
      };
    } catch (cause) {
      chain = undefined;
      throw new Error("load AWS credentials: the credential chain gives none", { cause });
    }
  };
}

async function sdkChain(): Promise<Provider> {
  const { fromNodeProviderChain } = await import("@aws-sdk/credential-providers");
  return fromNodeProviderChain();
}
