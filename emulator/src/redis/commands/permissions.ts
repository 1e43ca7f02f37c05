/** Whether the access list lets a client run a command (ACLCheckAllPerm). */
import type { AclLogContext, AclLogReason } from "../model/acl-log.ts";
import type { Client } from "../model/client.ts";
import type { Redis } from "../model/redis.ts";
import type { Selector } from "../model/selector.ts";
import type { User } from "../model/user.ts";
import type { Bytes, Argv } from "../values.ts";
import { describeClient } from "./client-list.ts";
import { keyUses } from "./key-uses.ts";
import type { Known } from "./registry.ts";

/** What is refused: the command, one of its keys or one of its channels. */
interface Refusal {
  readonly reason: AclLogReason;
  readonly object: Bytes;
  /** Of several refusals the last argument's counts. */
  readonly place: number;
}

/** Why the client may not, in the server's words without the code; null where it may. What is refused is logged. */
export function denial(
  redis: Redis,
  client: Client,
  known: Known,
  argv: Argv,
  context: AclLogContext,
): string | null {
  const refusal = refusalFor(client.user, known, argv);
  if (refusal === null) return null;
  redis.acl.log.add(redis.now, client, {
    ...refusal,
    context,
    info: describeClient(redis, client),
  });
  redis.stats.aclDenied[refusal.reason]++;
  return wordsFor(client.user, known, refusal, false);
}

/** The same without a trace, and with the name of the key: ACL DRYRUN. */
export function wouldDeny(user: User, known: Known, argv: Argv): string | null {
  const refusal = refusalFor(user, known, argv);
  return refusal === null ? null : wordsFor(user, known, refusal, true);
}

function wordsFor(user: User, known: Known, { reason, object }: Refusal, verbose: boolean): string {
  if (reason === "command")
    return `User ${user.name} has no permissions to run the '${known.name}' command`;
  return verbose
    ? `User ${user.name} has no permissions to access the '${object}' ${reason}`
    : `No permissions to access a ${reason}`;
}

const WEIGHT: Readonly<Record<AclLogReason, number>> = { command: 1, key: 2, auth: 3, channel: 4 };

/** One selector has to allow all of it. What is told is how far the best of them went. */
function refusalFor(user: User, known: Known, argv: Argv): Refusal | null {
  let worst: Refusal = { reason: "command", object: known.name, place: 0 };
  for (const selector of [user.root, ...user.selectors]) {
    const refusal = refusalBy(selector, known, argv);
    if (refusal === null) return null;
    const more = WEIGHT[refusal.reason] - WEIGHT[worst.reason];
    if (more > 0 || (more === 0 && refusal.place > worst.place)) worst = refusal;
  }
  return worst;
}

function refusalBy(selector: Selector, known: Known, argv: Argv): Refusal | null {
  const first = argv[known.container === null ? 1 : 2];
  if (!known.flags.has("no_auth") && !selector.runs(known, first ?? ""))
    return { reason: "command", object: known.name, place: 0 };
  if (!selector.everyKey) {
    const uses = keyUses(known, argv);
    const place = uses.findIndex((use) => !selector.allowsKey(use));
    const use = uses[place];
    if (use !== undefined) return { reason: "key", object: use.key, place };
  }
  if (!selector.everyChannel) {
    const { channels, patterns } = channelsOf(known, argv);
    const place = channels.findIndex((channel) => !selector.allowsChannel(channel, patterns));
    const channel = channels[place];
    if (channel !== undefined) return { reason: "channel", object: channel, place };
  }
  return null;
}

/** Leaving a channel is always allowed. */
function channelsOf(
  { name }: Known,
  argv: Argv,
): { channels: readonly Bytes[]; patterns: boolean } {
  switch (name) {
    case "publish":
    case "spublish":
      return { channels: argv.slice(1, 2), patterns: false };
    case "subscribe":
    case "ssubscribe":
      return { channels: argv.slice(1), patterns: false };
    case "psubscribe":
      return { channels: argv.slice(1), patterns: true };
    default:
      return { channels: [], patterns: false };
  }
}
