/**
 * docs/emulator-redis.md is made from the command table, so that it cannot promise what is not there:
 * `npx vitest run --project unit emulator/src/redis/capabilities --update` writes it anew.
 */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Command } from "./commands/command.ts";
import { commands } from "./commands/table.ts";

/** Redis 7.2's own commands, by group as COMMAND DOCS has it: https://redis.io/docs/latest/commands/ */
const redis72: Readonly<Record<string, string>> = {
  bitmap: "bitcount bitfield bitfield_ro bitop bitpos getbit setbit",
  cluster: "asking cluster readonly readwrite",
  connection: "auth client echo hello ping quit reset select",
  generic:
    "copy del dump exists expire expireat expiretime keys move object persist pexpire pexpireat pexpiretime pttl randomkey rename renamenx restore scan sort sort_ro touch ttl type unlink wait waitaof",
  geo: "geoadd geodist geohash geopos georadius georadius_ro georadiusbymember georadiusbymember_ro geosearch geosearchstore",
  hash: "hdel hexists hget hgetall hincrby hincrbyfloat hkeys hlen hmget hmset hrandfield hscan hset hsetnx hstrlen hvals",
  hyperloglog: "pfadd pfcount pfdebug pfmerge pfselftest",
  list: "blmove blmpop blpop brpop brpoplpush lindex linsert llen lmove lmpop lpop lpos lpush lpushx lrange lrem lset ltrim rpop rpoplpush rpush rpushx",
  pubsub:
    "psubscribe publish pubsub punsubscribe spublish ssubscribe subscribe sunsubscribe unsubscribe",
  scripting: "eval eval_ro evalsha evalsha_ro fcall fcall_ro function script",
  sentinel: "sentinel",
  server:
    "acl bgrewriteaof bgsave command config dbsize debug failover flushall flushdb info lastsave latency lolwut memory module monitor psync replconf replicaof restore-asking role save shutdown slaveof slowlog swapdb sync time",
  set: "sadd scard sdiff sdiffstore sinter sintercard sinterstore sismember smembers smismember smove spop srandmember srem sscan sunion sunionstore",
  "sorted-set":
    "bzmpop bzpopmax bzpopmin zadd zcard zcount zdiff zdiffstore zincrby zinter zintercard zinterstore zlexcount zmpop zmscore zpopmax zpopmin zrandmember zrange zrangebylex zrangebyscore zrangestore zrank zrem zremrangebylex zremrangebyrank zremrangebyscore zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore zunion zunionstore",
  stream:
    "xack xadd xautoclaim xclaim xdel xgroup xinfo xlen xpending xrange xread xreadgroup xrevrange xsetid xtrim",
  string:
    "append decr decrby get getdel getex getrange getset incr incrby incrbyfloat lcs mget mset msetnx psetex set setex setnx setrange strlen substr",
  transactions: "discard exec multi unwatch watch",
};

test("the page of what Redis offers is what the table has", async () => {
  await expect(page()).toMatchFileSnapshot(
    fileURLToPath(new URL("../../../docs/emulator-redis.md", import.meta.url)),
  );
});

function page(): string {
  const names = new Set(Object.values(redis72).flatMap((line) => line.split(" ")));
  const offered = Object.entries(commands);
  const known = offered.filter(([name]) => names.has(name)).length;
  const newer = offered.filter(([name]) => !names.has(name));
  const lines = [
    "# What the emulator's Redis offers",
    "",
    "Made from its command table; a test keeps it so. It claims to be Redis 7.2 and speaks RESP2 and RESP3.",
    "What is not here answers as Redis answers an unknown command.",
    "",
    `Of the ${names.size} commands of Redis 7.2 it has ${known}.`,
    "",
    "| group | offered | not offered |",
    "| --- | --- | --- |",
    ...Object.entries(redis72).map(([group, all]) => {
      const [there, missing] = [true, false].map((has) =>
        all.split(" ").filter((name) => Object.hasOwn(commands, name) === has),
      );
      return `| ${group} | ${there?.map(shown).join(", ")} | ${missing?.map((name) => `\`${name.toUpperCase()}\``).join(", ")} |`;
    }),
    "",
    ...(newer.length === 0
      ? []
      : [
          `Of later releases, without claiming them: ${newer.map(([name, { since }]) => `${shown(name)} (${since})`).join(", ")}.`,
          "",
        ]),
  ];
  return lines.join("\n");
}

/** `XGROUP` (create, destroy …) */
function shown(name: string): string {
  const { subcommands }: Partial<Command> = commands[name] ?? {};
  const inner = subcommands === undefined ? "" : ` (${Object.keys(subcommands).join(", ")})`;
  return `\`${name.toUpperCase()}\`${inner}`;
}
