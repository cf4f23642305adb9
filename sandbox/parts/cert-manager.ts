// cert-manager's controllers and its cainjector, without its webhook: what a user gets wrong is not refused here. Both act as the admin.
import type { Part, Program } from "../part.ts";
import { CAINJECTOR, type CertManagerFiles, CONTROLLER, findCertManager } from "./cert-manager-files.ts";
import type { ControlPlane } from "./control-plane.ts";

/** It needs the CRDs of cert-manager in the cluster. */
export const CERT_MANAGER: Part<CertManagerFiles, void, ControlPlane> = {
  name: "cert-manager",
  find: findCertManager,

  async start({ controller, cainjector }, room, { kubeconfig }) {
    const program = (name: string, command: string): Program => ({
      name,
      command,
      args: [`--kubeconfig=${kubeconfig()}`, "-v=2"],
      ready: () => Promise.resolve(true), // nobody calls them: they have no door to look at
    });
    await Promise.all([room.start(program(CONTROLLER, controller)), room.start(program(CAINJECTOR, cainjector))]);
  },
};
