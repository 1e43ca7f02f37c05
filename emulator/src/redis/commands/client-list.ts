/** A client in one line, as CLIENT LIST and INFO say it. */
import type { Client } from "../model/client.ts";
import type { Redis } from "../model/redis.ts";
import { type Bytes, Failure } from "../values.ts";

export function describeClient(redis: Redis, client: Client): string {
  const tracking = redis.tracking.of(client);
  const fields: readonly (readonly [string, string | number])[] = [
    ["id", client.id],
    ["addr", client.address],
    ["laddr", client.localAddress],
    ["fd", client.id + 7],
    ["name", client.name],
    ["age", Math.floor((redis.now - client.created) / 1000)],
    ["idle", Math.floor(Math.max(0, redis.now - client.used) / 1000)],
    ["flags", flagsOf(redis, client)],
    ["db", client.database],
    ["sub", client.channels.size],
    ["psub", client.patterns.size],
    ["ssub", client.shardChannels.size],
    ["multi", client.transaction?.commands.length ?? -1],
    ["qbuf", client.line.unread],
    ["qbuf-free", 0],
    ["argv-mem", 0],
    ["multi-mem", multiMemory(client)],
    ["rbs", 1024],
    ["rbp", 0],
    ["obl", 0],
    ["oll", 0],
    ["omem", 0],
    ["tot-mem", 0],
    ["events", "r"],
    ["cmd", client.lastCommand],
    ["user", client.user.name],
    ["redir", tracking?.redirect ?? -1],
    ["resp", client.version],
    ["lib-name", client.library.name],
    ["lib-ver", client.library.version],
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join(" ");
}

function multiMemory({ transaction }: Client): number {
  let bytes = 0;
  for (const argv of transaction?.commands ?? []) for (const word of argv) bytes += word.length;
  return bytes;
}

function flagsOf(redis: Redis, client: Client): string {
  const tracking = redis.tracking.of(client);
  const flags = [
    client.monitors ? "O" : "",
    client.subscribed ? "P" : "",
    client.transaction === null ? "" : "x",
    redis.waiting.of(client) === undefined ? "" : "b",
    tracking === undefined ? "" : "t",
    tracking?.broken === true ? "R" : "",
    tracking?.broadcast === true ? "B" : "",
    redis.watching.isBroken(client) ? "d" : "",
    client.leaving ? "c" : "",
    client.readsOnly ? "r" : "",
    client.keepsOut.evict ? "e" : "",
    client.keepsOut.touch ? "T" : "",
  ].join("");
  return flags === "" ? "N" : flags;
}

/** A client that monitors counts as a replica, as in the server. */
export function clientsOfType(clients: readonly Client[], type: Bytes): readonly Client[] {
  switch (type.toLowerCase()) {
    case "normal":
      return clients.filter((client) => !client.subscribed && !client.monitors);
    case "pubsub":
      return clients.filter((client) => client.subscribed && !client.monitors);
    case "replica":
    case "slave":
    case "master":
      return [];
    default:
      throw new Failure(`ERR Unknown client type '${type}'`);
  }
}
