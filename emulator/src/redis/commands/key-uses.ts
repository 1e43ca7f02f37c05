/** What a request does with each of its keys, in the words of COMMAND GETKEYSANDFLAGS; the access list reads it, too. */
import type { KeyUse } from "../model/selector.ts";
import type { Argv } from "../values.ts";
import { keyPlaces, type Known } from "./registry.ts";

/**
 * For each key in turn, the last one for all behind it: whether it is read (RO), written (RW), overwritten (OW) or
 * removed (RM), then whether its content is told (access) and what is done to it. Other commands are as their flags say.
 */
const USES: readonly (readonly [uses: string, commands: string])[] = [
  ["not_key", "spublish ssubscribe sunsubscribe"],
  [
    "RO",
    "exists hexists hlen hstrlen llen memory|usage object|encoding object|freq object|idletime object|refcount scard sismember strlen touch type watch xlen zcard",
  ],
  ["RO access", "xreadgroup"],
  ["RO access, OW update", "copy georadius georadiusbymember sort"],
  ["OW insert", "msetnx setnx"],
  ["OW update", "mset psetex restore setex"],
  [
    "OW update, RO access",
    "bitop geosearchstore sdiffstore sunionstore zdiffstore zinterstore zrangestore zunionstore",
  ],
  ["RM delete", "del unlink"],
  ["RW access", "pfcount pfdebug"],
  [
    "RW access delete",
    "blmpop blpop brpop bzmpop bzpopmax bzpopmin getdel lmpop lpop rpop spop zmpop zpopmax zpopmin",
  ],
  ["RW access delete, OW insert", "renamenx"],
  ["RW access delete, OW update", "rename"],
  ["RW access delete, RW insert", "blmove brpoplpush lmove rpoplpush smove"],
  ["RW access insert, RO access", "pfmerge"],
  [
    "RW access update",
    "bitfield decr decrby eval evalsha fcall getex getset hincrby hincrbyfloat incr incrby incrbyfloat move setbit zincrby",
  ],
  [
    "RW delete",
    "hdel lrem ltrim srem xautoclaim xdel xgroup|delconsumer xgroup|destroy xtrim zrem zremrangebylex zremrangebyrank zremrangebyscore",
  ],
  [
    "RW insert",
    "append hsetnx linsert lpush lpushx pfadd rpush rpushx sadd xgroup|create xgroup|createconsumer",
  ],
  ["RW update, RO access", "sinterstore"],
];

const byCommand: ReadonlyMap<string, readonly string[]> = new Map(
  USES.flatMap(([uses, commands]) =>
    commands.split(" ").map((name) => [name, uses.split(", ")] as const),
  ),
);

/** A key that is only named, as by EXISTS, is neither read nor written. */
export function keyUses(known: Known, argv: Argv): KeyUse[] {
  const flags = keyFlags(known, argv);
  return keyPlaces(known.command, argv).flatMap((place, index) => {
    const use = flags[index] ?? [];
    // A shard channel is where a key would be, so that clients find its node.
    if (use.includes("not_key")) return [];
    return {
      key: argv[place] ?? "",
      read: use.includes("access"),
      write: use.some((flag) => flag === "insert" || flag === "update" || flag === "delete"),
    };
  });
}

/** The words for each key of a request. */
export function keyFlags(known: Known, argv: Argv): readonly (readonly string[])[] {
  const uses = usesOf(known, argv);
  return keyPlaces(known.command, argv).map((_, index) =>
    (uses[Math.min(index, uses.length - 1)] ?? "").split(" "),
  );
}

/** For each key in turn, before anything is requested: what SET and BITFIELD do depends on it. */
export function declaredUses(known: Known): readonly string[] {
  const { name } = known;
  return name === "set" || name === "bitfield"
    ? ["RW access update variable_flags"]
    : usesOf(known, []);
}

function usesOf({ name, flags }: Known, argv: Argv): readonly string[] {
  if (name === "set") return [argv.some(isGet) ? "RW access update" : "OW update"];
  if (name === "bitfield" && !argv.some(isChange)) return ["RO access"];
  return byCommand.get(name) ?? [flags.has("write") ? "RW update" : "RO access"];
}

function isGet(argument: string, index: number): boolean {
  return index > 2 && argument.toLowerCase() === "get";
}

function isChange(argument: string, index: number): boolean {
  return index > 1 && /^(?:set|incrby)$/i.test(argument);
}
