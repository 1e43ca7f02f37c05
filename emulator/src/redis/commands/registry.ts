/** The command table as it is looked into: every command by name, with what the steps before it ask about it. */
import { Failure, Status, type Bytes, type Argv } from "../values.ts";
import { categoriesOf } from "./categories.ts";
import type { Command, CommandTable, Flag } from "./command.ts";

export interface Known {
  readonly command: Command;
  /** `get`, `client|list`. */
  readonly name: string;
  /** The whole command, of a subcommand: `client`. */
  readonly container: string | null;
  readonly flags: ReadonlySet<Flag>;
  /** `readonly` is among them: asked for every command. */
  readonly reads: boolean;
  readonly categories: readonly string[];
  /** By their own names. */
  readonly subcommands: ReadonlyMap<string, Known> | null;
  /** Whether a transaction takes it in. */
  readonly queued: boolean;
  /** Whether a client with subscriptions may call it in RESP2. */
  readonly whileSubscribed: boolean;
}

const NOT_QUEUED = new Set(["exec", "discard", "multi", "watch", "quit", "reset"]);
const WHILE_SUBSCRIBED = new Set([
  "ping",
  "subscribe",
  "ssubscribe",
  "unsubscribe",
  "sunsubscribe",
  "psubscribe",
  "punsubscribe",
  "quit",
  "reset",
]);

/** A command's row is read when it is first asked for: all of them at once would be a fifth of the start. */
export class Registry {
  readonly table: CommandTable;
  /** By name in lower and in upper case: as clients send it. */
  readonly #byName = new Map<string, Known>();

  constructor(table: CommandTable) {
    this.table = table;
  }

  /** All commands, without their subcommands. */
  get all(): readonly Known[] {
    return Object.keys(this.table).flatMap((name) => this.#find(name) ?? []);
  }

  /** By name: `GET`, `client|list`. */
  named(name: Bytes): Known | undefined {
    const lower = name.toLowerCase();
    const bar = lower.indexOf("|");
    if (bar < 0) return this.#find(lower);
    return this.#find(lower.slice(0, bar))?.subcommands?.get(lower.slice(bar + 1));
  }

  /** What a request calls, or why it calls nothing. The number of its arguments is not looked at. */
  lookup(argv: Argv): Known | Failure {
    const given = argv[0] ?? "";
    const known = this.#byName.get(given) ?? this.#find(given.toLowerCase());
    if (known === undefined) return new Failure(unknown(argv));
    const second = argv[1];
    if (known.subcommands === null || second === undefined) return known;
    return (
      known.subcommands.get(second.toLowerCase()) ??
      new Failure(
        `ERR unknown subcommand '${second.slice(0, 128)}'. Try ${known.name.toUpperCase()} HELP.`,
      )
    );
  }

  #find(name: string): Known | undefined {
    const found = this.#byName.get(name);
    if (found !== undefined) return found;
    const command = Object.hasOwn(this.table, name) ? this.table[name] : undefined;
    if (command === undefined) return undefined;
    const known = knownOf(name, command, null);
    this.#byName.set(name, known).set(name.toUpperCase(), known);
    return known;
  }
}

/** Whether there are as many arguments as the command wants. */
export function fits({ arity }: Command, { length }: Argv): boolean {
  return arity < 0 ? length >= -arity : length === arity;
}

export function wrongNumber(known: Known): Failure {
  return new Failure(`ERR wrong number of arguments for '${known.name}' command`);
}

/** What is said of a request that calls nothing. */
export function notOffered(registry: Registry, [name = "", second = ""]: Argv): string {
  const whole = registry.named(name) === undefined ? name : `${name} ${second}`;
  return `redis: the command ${whole.toUpperCase()} is not offered, it fails`;
}

/** Where a request has its keys: places in `argv`. */
export function keyPlaces({ keys }: Command, argv: Argv): readonly number[] {
  if (keys === undefined) return [];
  if ("range" in keys) return keys.find(argv);
  const [first, last, step] = keys;
  const end = Math.min(last < 0 ? argv.length + last : last, argv.length - 1);
  const places: number[] = [];
  for (let at = first; at <= end; at += step) places.push(at);
  return places;
}

function knownOf(name: string, command: Command, container: string | null): Known {
  const full = container === null ? name : `${container}|${name}`;
  const { subcommands } = command;
  return {
    command,
    name: full,
    container,
    flags: flagsOf(command),
    reads: command.flags.includes("readonly"),
    categories: categoriesOf(full, command),
    subcommands:
      subcommands === undefined
        ? null
        : new Map(
            Object.entries({ help: help(name, command.group, subcommands), ...subcommands }).map(
              ([sub, row]) => [sub, knownOf(sub, row, name)],
            ),
          ),
    queued: !NOT_QUEUED.has(full),
    whileSubscribed: WHILE_SUBSCRIBED.has(full),
  };
}

/** Keys that are found by looking may be anywhere. */
function flagsOf({ flags, keys }: Command): ReadonlySet<Flag> {
  return new Set(keys !== undefined && "range" in keys ? [...flags, "movablekeys"] : flags);
}

/** HELP lists what there is. */
function help(name: string, group: string, subcommands: CommandTable): Command {
  const lines = Object.entries({ ...subcommands, help: { summary: "Prints this help." } })
    .flatMap(([sub, { summary }]) => [sub.toUpperCase(), `    ${summary}`])
    .map((line) => new Status(line));
  const head = new Status(
    `${name.toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`,
  );
  return {
    arity: 2,
    flags: ["loading", "stale"],
    group,
    since: "5.0.0",
    summary: "Prints help.",
    run: () => [head, ...lines],
  };
}

/** The server's words, with the beginning of the arguments. */
function unknown(argv: Argv): string {
  let shown = "";
  for (const argument of argv.slice(1)) {
    if (shown.length >= 128) break;
    shown += `'${argument.slice(0, 128 - shown.length)}' `;
  }
  return `ERR unknown command '${(argv[0] ?? "").slice(0, 128)}', with args beginning with: ${shown}`;
}
