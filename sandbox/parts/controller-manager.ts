// kube-controller-manager with the controllers that a namespace's life needs; nothing runs pods here.
import type { Api } from "../api.ts";
import type { Program } from "../part.ts";
import { PKI } from "../pki.ts";

const CONTROLLERS = [
  "serviceaccount-controller",
  "serviceaccount-token-controller",
  "namespace-controller",
  "garbage-collector-controller",
  "root-ca-certificate-publisher-controller",
  "clusterrole-aggregation-controller",
];

export interface ControllerManagerOptions {
  command: string;
  kubeconfig: string;
  api: Api;
  /** Besides those that are always there, by their names in `--controllers`. */
  further: readonly string[];
}

/** Ready when the namespace `default` has its ServiceAccount, which it keeps over a restart. */
export const controllerManager = ({ command, kubeconfig, api, further }: ControllerManagerOptions): Program => ({
  name: "kube-controller-manager",
  command,
  args: [
    `--kubeconfig=${kubeconfig}`,
    "--leader-elect=false",
    "--secure-port=0",
    // Each controller acts by its own ServiceAccount and role, as in a real cluster; the one user for all lacks rights.
    "--use-service-account-credentials=true",
    `--controllers=${[...CONTROLLERS, ...further].join(",")}`,
    `--service-account-private-key-file=${PKI.tokenSigner}`,
    `--root-ca-file=${PKI.ca}`,
  ],
  ready: () => api.has("/api/v1/namespaces/default/serviceaccounts/default"),
});
