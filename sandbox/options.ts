// The command line of `npm run sandbox`, read into a value.
import { parseArgs } from "node:util";
import { CRD_SETS, type CrdSetName, EXTRAS, type ExtraName } from "./parts/index.ts";

const SETS = Object.keys(CRD_SETS).join(", ");
const PARTS = EXTRAS.join(", ");

export const HELP = `Starts a Kubernetes control plane on this machine, and stops it on Ctrl-C.

usage: npm run sandbox -- [options]

  --with <part>             start one more part (${PARTS}); may be given more than once
  --crds <set>              install a set of CRDs (${SETS}); may be given more than once
  --no-controller-manager   leave kube-controller-manager out: nothing fills or collects objects then
  --help                    this text

The programs come from LANDLORD_KUBE_ASSETS or KUBEBUILDER_ASSETS (a directory with etcd, kube-apiserver,
kube-controller-manager and kubectl), else from LANDLORD_CACHE (by default the user's cache directory), where they are
built with Go when they are not there yet: 6 to 10 minutes on two cores, once. So is the controller of argocd (or
LANDLORD_ARGOCD_ASSETS names a directory with it): 4 to 7 minutes more, and that of flux (or LANDLORD_FLUX_ASSETS names a
directory with it): 3 to 5 minutes more, and those of cert-manager (or LANDLORD_CERT_MANAGER_ASSETS names a directory
with them): 2 to 3 minutes more. Cassandra needs Java 17 and is fetched with Maven (or LANDLORD_CASSANDRA_LIB
names a directory with its jars).
`;

export interface MainOptions {
  help: boolean;
  with: ExtraName[];
  crds: CrdSetName[];
  controllerManager: boolean;
}

/** A command line that cannot be understood; the message is a sentence. */
export class UsageError extends Error {
  override name = "UsageError";
}

export function parseOptions(args: readonly string[]): MainOptions {
  const { values } = parse(args);
  const { help = false, with: extras = [], crds = [], "controller-manager": controllerManager = true } = values;
  return { help, controllerManager, with: extras.map(extra), crds: crds.map(crdSet) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        help: { type: "boolean" },
        with: { type: "string", multiple: true },
        crds: { type: "string", multiple: true },
        "controller-manager": { type: "boolean" },
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${reason.split(". ")[0]}; see --help`, { cause: error });
  }
}

function extra(name: string): ExtraName {
  if (isExtra(name)) return name;
  throw new UsageError(`There is no part '${name}', but there is: ${PARTS}`);
}

function crdSet(name: string): CrdSetName {
  if (isCrdSet(name)) return name;
  throw new UsageError(`There is no set of CRDs '${name}', but there is: ${SETS}`);
}

const isCrdSet = (name: string): name is CrdSetName => Object.hasOwn(CRD_SETS, name);

const isExtra = (name: string): name is ExtraName => EXTRAS.some((known) => known === name);
