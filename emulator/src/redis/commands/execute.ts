/** From a request to its answer: the same steps for every command, in the server's order (processCommand). */
import type { Client } from "../model/client.ts";
import type { Keyspace } from "../model/keyspace.ts";
import type { Redis } from "../model/redis.ts";
import { CUT, Failure, POSTPONED, QUEUED, SILENCE, type Reply, type Argv } from "../values.ts";
import type { Call, CommandTable, Flag } from "./command.ts";
import { fits, keyPlaces, type Known, notOffered, Registry, wrongNumber } from "./registry.ts";
import { denial } from "./permissions.ts";
import { MASTER_DOWN, NO_REPLICAS, OUT_OF_MEMORY, READ_ONLY_REPLICA } from "./refusals.ts";
import { commands } from "./table.ts";

const registry = new Registry(commands);

const SCRIPTS = /^(?:eval|evalsha|fcall)(?:_ro)?$/;
/** What a web page's request would be, line by line. */
const WEB = /^(?:post|host:)$/i;
const NO_AUTH = new Failure("NOAUTH Authentication required.");

/** Runs what a client sent. Never throws but for a fault of ours. */
export function execute(redis: Redis, client: Client, argv: Argv): Reply {
  const known = registry.lookup(argv);
  if (known instanceof Failure) {
    if (WEB.test(argv[0] ?? "")) return CUT;
    redis.context.log(notOffered(registry, argv));
    return rejected(redis, client, null, known);
  }
  client.lastCommand = known.name;
  const refusal = refuse(redis, client, known, argv);
  if (refusal !== null) return rejected(redis, client, known, refusal);
  if (redis.pause.active && redis.pause.holds(mayWrite(redis, client, known, argv)))
    return POSTPONED;
  if (client.transaction !== null && known.queued) {
    client.transaction.commands.push(argv);
    return QUEUED;
  }
  const outermost = redis.enter();
  try {
    return run(redis, client, known, argv, null);
  } finally {
    if (redis.tracking.clients > 0 && known.container !== "client")
      redis.tracking.commandEnded(client);
    if (outermost) redis.leave();
  }
}

/** Why a command does not come to run; null where it does. */
function refuse(redis: Redis, client: Client, known: Known, argv: Argv): Failure | null {
  if (!fits(known.command, argv)) return wrongNumber(known);
  if (!client.authenticated && redis.acl.asksPassword && !known.flags.has("no_auth"))
    return NO_AUTH;
  if (client.transaction !== null && known.flags.has("no_multi"))
    return new Failure("ERR Command not allowed inside a transaction");
  if (!client.user.unrestricted) {
    const denied = denial(
      redis,
      client,
      known,
      argv,
      client.transaction === null ? "toplevel" : "multi",
    );
    if (denied !== null) return new Failure(`NOPERM ${denied}`);
  }
  if (redis.lacksReplicas && writes(redis, client, known, argv)) return NO_REPLICAS;
  if (redis.following.refusesWrites && writes(redis, client, known, argv)) return READ_ONLY_REPLICA;
  if (redis.eviction.isShort() && takesMemory(redis, client, known, argv)) return OUT_OF_MEMORY;
  if (client.version === 2 && !known.whileSubscribed && client.subscribed)
    return new Failure(
      `ERR Can't execute '${known.name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
    );
  if (redis.following.isStale && needsMaster(redis, client, known, argv)) return MASTER_DOWN;
  return null;
}

/** EXEC needs one if something in it does. */
function needsMaster(redis: Redis, client: Client, known: Known, argv: Argv): boolean {
  if (!effects(redis, known, argv).has("stale")) return true;
  if (known.name !== "exec" || client.transaction === null) return false;
  return client.transaction.commands.some((queued) => {
    const inside = registry.lookup(queued);
    return !(inside instanceof Failure) && !effects(redis, inside, queued).has("stale");
  });
}

function rejected(redis: Redis, client: Client, known: Known | null, failure: Failure): Failure {
  if (client.transaction !== null) client.transaction.refused = true;
  // EXEC that cannot run ends its transaction.
  const answer =
    known?.name === "exec"
      ? new Failure(`EXECABORT Transaction discarded because of: ${withoutCode(failure.message)}`)
      : failure;
  if (known?.name === "exec") redis.discard(client);
  if (known === null) redis.stats.error(answer.message);
  else redis.stats.rejected(known.name, answer.message);
  return answer;
}

function withoutCode(message: string): string {
  return message.startsWith("ERR ") ? message.slice(4) : message;
}

/** Whether the command, or a transaction that it ends, may change something: PUBLISH and scripts do, too. */
function mayWrite(redis: Redis, client: Client, known: Known, argv: Argv): boolean {
  return (
    writes(redis, client, known, argv) || hasEffect(redis, client, known, argv, "may_replicate")
  );
}

function writes(redis: Redis, client: Client, known: Known, argv: Argv): boolean {
  return hasEffect(redis, client, known, argv, "write");
}

/** EXEC has the effects of what is queued. */
function hasEffect(redis: Redis, client: Client, known: Known, argv: Argv, effect: Flag): boolean {
  if (effects(redis, known, argv).has(effect)) return true;
  if (known.name !== "exec" || client.transaction === null) return false;
  return client.transaction.commands.some((queued) => {
    const inside = registry.lookup(queued);
    return !(inside instanceof Failure) && effects(redis, inside, queued).has(effect);
  });
}

/** What is queued takes memory, too; EXEC does if something in it does. */
function takesMemory(redis: Redis, client: Client, known: Known, argv: Argv): boolean {
  if (hasEffect(redis, client, known, argv, "denyoom")) return true;
  return client.transaction !== null && known.queued;
}

function effects(redis: Redis, { command, flags }: Known, argv: Argv): ReadonlySet<Flag> {
  return command.effects?.(redis, argv) ?? flags;
}

/** Runs a command inside another. */
function dispatch(
  redis: Redis,
  client: Client,
  argv: Argv,
  inside: "transaction" | "script",
): Reply {
  const known = registry.lookup(argv);
  if (known instanceof Failure) return known;
  if (!fits(known.command, argv)) return wrongNumber(known);
  if (!client.user.unrestricted) {
    const denied = denial(redis, client, known, argv, inside === "script" ? "lua" : "multi");
    if (denied !== null)
      return new Failure(
        inside === "script"
          ? `NOPERM ACL failure in script: ${denied}`
          : `NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason: ${denied}`,
      );
  }
  return run(redis, client, known, argv, inside);
}

function run(
  redis: Redis,
  client: Client,
  known: Known,
  argv: Argv,
  inside: Call["inside"],
): Reply {
  const began = inside === null ? redis.now : redis.context.clock.now();
  const watched = redis.observers.exact ? performance.now() : null;
  client.used = began;
  // What a script calls comes behind it.
  const first = redis.observers.monitors.size > 0 && SCRIPTS.test(known.name);
  if (first) redis.observers.monitor(redis.now, client, argv, inside);
  redis.reading = known.reads;
  const reply = answer(known, new OneCall(redis, client, { known, argv, inside }), argv);
  const took = (inside === null ? redis.commandEnded() : redis.context.clock.now()) - began;
  // What blocks is counted when it is answered.
  const blocked = reply === SILENCE && redis.waiting.of(client) !== undefined;
  if (!blocked) ended(redis, known, took);
  if (reply instanceof Failure) redis.stats.failed(known.name, reply);
  const lasted = watched === null ? took : performance.now() - watched;
  if (redis.observers.interested(lasted))
    observe(redis, client, known, argv, { took: lasted, inside, blocked });
  if (known.reads && redis.tracking.clients > 0) remember(redis, client, known, argv);
  return reply;
}

function ended(redis: Redis, { name }: Known, took: number): void {
  redis.stats.commands++;
  redis.stats.of(name).called(took);
}

/** A command that has blocked is answered. The time that it waited is not its own, but for DEBUG SLEEP's. */
export function unblocked(redis: Redis, client: Client, argv: Argv, answer: Reply): void {
  const known = registry.lookup(argv);
  if (known instanceof Failure) return;
  // What its user may no longer do did not come to run.
  if (answer instanceof Failure && answer.message.startsWith("NOPERM "))
    return redis.stats.rejected(known.name, answer.message);
  if (answer instanceof Failure) redis.stats.failed(known.name, answer);
  const { observers, now } = redis;
  const took = known.name === "debug" ? now - client.used : 0;
  ended(redis, known, took);
  observers.sample(now, "command", took);
  if (!known.flags.has("skip_slowlog")) observers.slowCommand(now, client, argv, took);
}

/** Tells who looks on: after the command, as the server does. */
function observe(
  redis: Redis,
  client: Client,
  { name, flags }: Known,
  argv: Argv,
  {
    took,
    inside,
    blocked,
  }: { readonly took: number; readonly inside: Call["inside"]; readonly blocked: boolean },
): void {
  const { observers, now } = redis;
  observers.sample(now, flags.has("fast") ? "fast-command" : "command", took);
  if (!blocked && !flags.has("skip_slowlog")) observers.slowCommand(now, client, argv, took);
  if (observers.monitors.size === 0 || flags.has("skip_monitor") || flags.has("admin")) return;
  if (!SCRIPTS.test(name)) observers.monitor(now, client, argv, inside);
}

/** What was read is tracked for the client that called, also in a script. */
function remember(redis: Redis, client: Client, known: Known, argv: Argv): void {
  if (known.name.endsWith("_ro") && known.categories.includes("scripting")) return;
  redis.tracking.remember(
    client,
    keyPlaces(known.command, argv).map((place) => argv[place] ?? ""),
  );
}

function answer({ command }: Known, call: Call, argv: Argv): Reply {
  try {
    return command.run(call, argv);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error;
  }
}

/** One run of a command. */
class OneCall implements Call {
  readonly redis: Redis;
  readonly client: Client;
  readonly inside: Call["inside"];
  readonly #known: Known;
  readonly #argv: Argv;

  constructor(
    redis: Redis,
    client: Client,
    { known, argv, inside }: { known: Known; argv: Argv; inside: Call["inside"] },
  ) {
    this.redis = redis;
    this.client = client;
    this.inside = inside;
    this.#known = known;
    this.#argv = argv;
  }

  denied(): Failure | null {
    const { client } = this;
    if (client.user.unrestricted) return null;
    const denied = denial(this.redis, client, this.#known, this.#argv, "toplevel");
    return denied === null ? null : new Failure(`NOPERM ${denied}`);
  }

  get commands(): CommandTable {
    return registry.table;
  }

  get registry(): Registry {
    return registry;
  }

  get db(): Keyspace {
    return this.redis.keyspaceOf(this.client);
  }

  get now(): number {
    return this.redis.now;
  }

  get dispatch(): Call["dispatch"] {
    return (argv, inside) => dispatch(this.redis, this.client, argv, inside);
  }
}
