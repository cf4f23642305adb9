// `landlord break-glass`: the emergency stop. Makes the validating webhook let everything through, with or without a running Landlord.
import { oneLine } from "../../webhooks/text.ts";
import type { CallOptions, KubeClient } from "../kube/client.ts";
import { isConflict, isInvalid } from "../kube/errors.ts";
import { eventObject, type Happening } from "../kube/event-object.ts";
import { EVENT, NAMESPACE, VALIDATING_WEBHOOK_CONFIGURATION } from "../kube/kinds.ts";
import { describe } from "../model/errors.ts";
import { breakPatch, brokenGlass, type Stoppable, undoPatch } from "../tls/break-glass.ts";
import { type Command, type CommandDeps, textOf, UsageError } from "./command.ts";
import { whoAmI } from "./doctor/access-review.ts";
import { boundedCluster } from "./doctor/cluster.ts";
import type { Installation } from "./installation.ts";

const LONGEST_REASON = 200;
/** Landlord itself may write a caBundle between our look and our patch. */
const ATTEMPTS = 5;
const CALL_MS = 8_000;

export const breakGlass: Command = {
  name: "break-glass",
  summary:
    "Emergency stop: the validating webhook lets everything through until --undo. See docs/runbooks/break-glass.md.",
  options: [
    { flags: "--reason <text>", about: "why: it is told to everybody who looks" },
    { flags: "--undo", about: "put everything back as it was" },
  ],
  async run(given, deps) {
    const reason = oneLine(textOf(given, "reason").trim(), LONGEST_REASON);
    const isUndo = given["undo"] === true;
    if (reason === "" && !isUndo) throw new UsageError("--reason is missing: say why the cluster goes unguarded");
    return await deps.withInstallation((installation) => (isUndo ? undo : open)({ installation, reason, deps }));
  },
};

interface Act {
  installation: Installation;
  reason: string;
  deps: CommandDeps;
}

async function open(act: Act): Promise<number> {
  const { out } = act.deps;
  const who = await nameOf(act);
  const note = `${who} ${new Date(act.installation.clock.now()).toISOString()} ${act.reason}`;
  const before = await change(act, (configuration) => breakPatch(configuration, note));
  const many = before.webhooks?.length ?? 0;
  out(
    `the glass is broken: all ${many} webhooks of ValidatingWebhookConfiguration ${before.metadata.name} let everything through`,
  );
  out("API servers take it up within seconds; nothing is judged until: landlord break-glass --undo");
  out("GitOps that applies this configuration may put it back: suspend it meanwhile");
  const message = `${who} made the validating webhook let everything through: ${act.reason}`;
  await announce(act, { type: "Warning", reason: "GlassBroken", message });
  return 0;
}

async function undo(act: Act): Promise<number> {
  const before = await change(act, undoPatch);
  const broken = brokenGlass(before);
  if (broken === undefined) {
    act.deps.out("the glass is whole: there is nothing to undo");
    return 0;
  }
  act.deps.out(`the validating webhook is called again; the glass was broken by: ${broken.note || "nobody said who"}`);
  act.deps.out("what was let through meanwhile is in the cluster: landlord review --cluster-objects");
  const message = `${await nameOf(act)} put the validating webhook back; broken by: ${broken.note}`;
  await announce(act, { type: "Normal", reason: "GlassMended", message });
  return 0;
}

/** One look and one patch; resolves to what was there before. Throws KubeError, and for a configuration that is not there. */
async function change(
  { installation: { client, settings }, deps: { signal } }: Act,
  patchOf: (configuration: Stoppable) => object[],
): Promise<Stoppable> {
  const ref = { name: settings.webhookConfiguration };
  const options = { signal, timeoutMs: CALL_MS };
  for (let attempt = 1; ; attempt++) {
    try {
      const found = await configurationOf(client, ref.name, options);
      const body = patchOf(found);
      if (body.length > 0) await client.patch(VALIDATING_WEBHOOK_CONFIGURATION, ref, { type: "json", body }, options);
      return found;
    } catch (error) {
      if (attempt >= ATTEMPTS || !(isConflict(error) || isInvalid(error))) throw error;
    }
  }
}

/** Listed by name: Landlord's own account, by which one works in a Pod, may list it and not get it. */
async function configurationOf(client: KubeClient, name: string, options: CallOptions): Promise<Stoppable> {
  const selected = { ...options, fieldSelector: `metadata.name=${name}` };
  for await (const { items } of client.list<Stoppable>(VALIDATING_WEBHOOK_CONFIGURATION, selected)) {
    const found = items.find(({ metadata }) => metadata.name === name);
    if (found !== undefined) return found;
  }
  throw new Error(`ValidatingWebhookConfiguration ${name} is not there: nothing is judged anyway`);
}

/** Who we are to the API server; the stop must not hang on that. */
async function nameOf({ installation: { client }, deps: { signal } }: Act): Promise<string> {
  try {
    return (await whoAmI(boundedCluster(client, signal))) || "somebody";
  } catch {
    return "somebody";
  }
}

/** An Event in Landlord's namespace. The deed is done: that it cannot be told there is said, and no failure. */
async function announce({ installation: { client, settings, clock }, deps }: Act, event: Happening): Promise<void> {
  try {
    const about = await namespaceOf(client, settings.namespace);
    const object = eventObject({ about, event, at: clock.now(), times: 1, identity: "landlord-cli", serial: 0 });
    await client.create(EVENT, object, { signal: deps.signal, timeoutMs: CALL_MS });
  } catch (error) {
    deps.error(`landlord: no Event says so: ${describe(error)}`);
  }
}

/** With its UID where it can be read: Landlord's own account may only list namespaces. */
async function namespaceOf(client: KubeClient, name: string): Promise<Parameters<typeof eventObject>[0]["about"]> {
  const bare = { apiVersion: NAMESPACE.apiVersion, kind: NAMESPACE.kind, metadata: { name } };
  return await client.get(NAMESPACE, { name }, { timeoutMs: CALL_MS }).catch(() => bare);
}
