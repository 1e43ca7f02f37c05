/** One run of a script or function for a client: which commands it may call, and what they answer. */
import type { Call } from "../commands/command.ts";
import { ONE_PIECE_LIMIT } from "../commands/one-piece.ts";
import { wouldDeny } from "../commands/permissions.ts";
import { fits, type Known, notOffered } from "../commands/registry.ts";
import {
  MASTER_DOWN,
  NO_REPLICAS,
  OUT_OF_MEMORY,
  READ_ONLY_REPLICA,
} from "../commands/refusals.ts";
import type { Redis } from "../model/redis.ts";
import { Failure, type Bytes, type Reply } from "../values.ts";
import type { ScriptRun } from "./interpreter.ts";
import type { ScriptFlag } from "./shebang.ts";

const NEEDS_ALLOW_STALE =
  "MASTERDOWN Link with MASTER is down, replica-serve-stale-data is set to 'no' and 'allow-stale' flag is not set on the script.";
const NEEDS_ALLOW_OOM =
  "OOM allow-oom flag is not set on the script, can not run it when used memory > 'maxmemory'";

export interface RunRequest {
  readonly name: string;
  readonly keys: readonly Bytes[];
  readonly args: readonly Bytes[];
  /** Null of a script without a first line that tells them. */
  readonly flags: ReadonlySet<ScriptFlag> | null;
  /** Called by a command that only reads. */
  readonly readOnly: boolean;
}

/** Runs it, in the client's database: what it selects is forgotten. @throws {Failure} where it must not run. */
export function runFor(call: Call, request: RunRequest, action: (run: ScriptRun) => Reply): Reply {
  const { flags } = request;
  const noWrites = flags?.has("no-writes") ?? false;
  const { following } = call.redis;
  if (following.isStale && flags?.has("allow-stale") !== true)
    throw flags === null ? MASTER_DOWN : new Failure(NEEDS_ALLOW_STALE);
  if (following.refusesWrites && flags !== null && !noWrites)
    throw new Failure("READONLY Can not run script with write flag on readonly replica");
  if (flags !== null && !noWrites && request.readOnly)
    throw new Failure("ERR Can not execute a script with write flag using *_ro command.");
  const { client, redis } = call;
  const isShort = redis.eviction.isShort() && flags?.has("allow-oom") !== true;
  if (isShort && flags !== null && !noWrites) throw new Failure(NEEDS_ALLOW_OOM);
  let hasWritten = false;
  const before = client.database;
  try {
    return action({
      name: request.name,
      keys: request.keys,
      args: request.args,
      limit: limitOf(redis.config.number("busy-reply-threshold")),
      version: 2,
      call(argv) {
        const known = call.registry.lookup(argv);
        if (known instanceof Failure) {
          redis.context.log(notOffered(call.registry, argv));
          redis.stats.error(UNKNOWN.message);
          return UNKNOWN;
        }
        const refusal = refuse(redis, known, argv, {
          readOnly: request.readOnly || noWrites,
          // One that has begun to write goes on.
          isShort: isShort && !hasWritten,
        });
        if (refusal !== null) {
          redis.stats.rejected(known.name, refusal.message);
          return refusal;
        }
        hasWritten ||= known.flags.has("write");
        return call.dispatch(argv, "script");
      },
      permits: (argv) => {
        const known = call.registry.lookup(argv);
        return known instanceof Failure ? null : wouldDeny(client.user, known, argv) === null;
      },
    });
  } finally {
    client.database = before;
  }
}

/** A script that should be called busy sooner is not to be ended sooner, ms. */
function limitOf(threshold: number): number {
  return threshold === 0 ? 0 : Math.max(ONE_PIECE_LIMIT, threshold);
}

const UNKNOWN = new Failure("ERR Unknown Redis command called from script");
const WRONG_NUMBER = new Failure("ERR Wrong number of args calling Redis command from script");
const NOT_ALLOWED = new Failure("ERR This Redis command is not allowed from script");
const STALE = new Failure("ERR Can not execute the command on a stale replica");
const READ_ONLY = new Failure("ERR Write commands are not allowed from read-only scripts.");

/** Why a script may not call a command; null where it may. */
function refuse(
  redis: Redis,
  { command, flags }: Known,
  argv: readonly Bytes[],
  { readOnly, isShort }: { readonly readOnly: boolean; readonly isShort: boolean },
): Failure | null {
  if (!fits(command, argv)) return WRONG_NUMBER;
  // A script in a script ends redis-server.
  if (flags.has("noscript") && !(redis.scriptsCallAll && command.group !== "scripting"))
    return NOT_ALLOWED;
  if (redis.following.isStale && !flags.has("stale")) return STALE;
  if (readOnly && (flags.has("write") || flags.has("may_replicate"))) return READ_ONLY;
  if (redis.following.refusesWrites && flags.has("write")) return READ_ONLY_REPLICA;
  if (redis.lacksReplicas && flags.has("write")) return NO_REPLICAS;
  return isShort && flags.has("denyoom") ? OUT_OF_MEMORY : null;
}
