// kube-apiserver on a port of the loopback interface, with RBAC, static tokens and the admission plugins that are on by default.
import type { Api } from "../api.ts";
import type { Program } from "../part.ts";
import { PKI } from "../pki.ts";
import { ProcessFailed } from "../process.ts";
import { ETCD_URL } from "./etcd.ts";

export interface ApiserverOptions {
  command: string;
  port: number;
  /** Further flags; a flag given twice counts as given last. */
  flags: readonly string[];
  api: Api;
}

/** Ready when `/readyz` says so. */
export const apiserver = ({ command, port, flags, api }: ApiserverOptions): Program => ({
  name: "kube-apiserver",
  command,
  args: [
    `--etcd-servers=${ETCD_URL}`,
    "--bind-address=127.0.0.1",
    // Without an address it takes the default route's; with a loopback address the endpoint reconciler must be off.
    "--advertise-address=127.0.0.1",
    "--endpoint-reconciler-type=none",
    `--secure-port=${port}`,
    "--service-cluster-ip-range=10.0.0.0/24",
    "--authorization-mode=RBAC",
    `--token-auth-file=${PKI.tokens}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${PKI.tokenVerifier}`,
    `--service-account-signing-key-file=${PKI.tokenSigner}`,
    `--tls-cert-file=${PKI.certificate}`,
    `--tls-private-key-file=${PKI.key}`,
    ...flags,
  ],
  ready: () => api.has("/readyz"),
});

/** It found its port taken, which it says before it does anything else. */
export const portTaken = (error: unknown): boolean =>
  error instanceof ProcessFailed && error.log.includes("address already in use");
