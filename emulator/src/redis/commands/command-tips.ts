/** What COMMAND INFO hints at: how a cluster's client asks several nodes, and whose answers differ. https://redis.io/docs/latest/develop/reference/command-tips/ */
import type { Bytes } from "../values.ts";

/** Commands by tip, in the order in which a command shows its tips. */
const TIPS: Readonly<Record<string, string>> = {
  nondeterministic_output:
    "client|info client|list cluster|bumpepoch cluster|count-failure-reports cluster|getkeysinslot cluster|info cluster|links cluster|myshardid cluster|nodes cluster|replicas cluster|shards cluster|slaves cluster|slots dump function|stats hrandfield hscan info lastsave latency|doctor latency|graph latency|histogram latency|history latency|latest memory|doctor memory|malloc-stats memory|stats object|encoding object|freq object|idletime object|refcount pttl randomkey scan slowlog|get slowlog|len spop srandmember sscan time ttl xadd xautoclaim xclaim xinfo|consumers xpending xtrim zrandmember zscan",
  "request_policy:all_nodes":
    "acl|deluser acl|save acl|setuser client|setinfo client|setname config|resetstat config|rewrite config|set latency|doctor latency|graph latency|histogram latency|history latency|latest latency|reset script|flush script|load slowlog|get slowlog|len slowlog|reset",
  "request_policy:all_shards":
    "dbsize flushall flushdb function|delete function|flush function|kill function|load function|restore function|stats info keys memory|doctor memory|malloc-stats memory|purge memory|stats ping randomkey script|exists script|kill wait waitaof",
  "request_policy:multi_shard": "del exists mget mset touch unlink",
  "request_policy:special": "scan",
  "response_policy:all_succeeded":
    "acl|deluser acl|save acl|setuser client|setinfo client|setname config|resetstat config|rewrite config|set flushall flushdb function|delete function|flush function|load function|restore memory|purge mset ping script|flush script|load slowlog|reset",
  "response_policy:one_succeeded": "function|kill script|kill",
  "response_policy:agg_logical_and": "script|exists",
  "response_policy:agg_min": "wait waitaof",
  "response_policy:agg_sum": "dbsize del exists latency|reset slowlog|len touch unlink",
  "response_policy:special":
    "function|stats info latency|doctor latency|graph latency|histogram latency|history latency|latest memory|doctor memory|malloc-stats memory|stats randomkey scan",
  nondeterministic_output_order:
    "command command|docs command|info command|list function|list hgetall hkeys hvals keys module|list sdiff sinter smembers sunion",
};

const byCommand = new Map<string, Bytes[]>();
for (const [tip, names] of Object.entries(TIPS))
  for (const name of names.split(" ")) byCommand.set(name, [...(byCommand.get(name) ?? []), tip]);

/** `name` as in `client|list`. */
export function tipsOf(name: string): readonly Bytes[] {
  return byCommand.get(name) ?? [];
}
