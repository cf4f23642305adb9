// Kept connections to a sandbox's API server, as one of its users.
import { readFile } from "node:fs/promises";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { createHttpsClient, type HttpsClient } from "./https-load.ts";

export async function clientAs(
  { kubeconfig, server, ca }: Pick<Sandbox, "kubeconfig" | "server" | "ca">,
  { user, connections }: { user: string; connections: number },
): Promise<HttpsClient> {
  const { users }: { users: { user: { token: string } }[] } = JSON.parse(await readFile(kubeconfig(user), "utf8"));
  const token = users[0]?.user.token;
  if (token === undefined) throw new Error(`read kubeconfig of ${user}: there is no token in it`);
  return createHttpsClient({ server, ca, token, connections });
}
