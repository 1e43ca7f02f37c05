/** Who is subscribed to what. https://redis.io/docs/latest/develop/pubsub/ */
import type { Bytes } from "../values.ts";
import type { Client } from "./client.ts";
import { globMatches } from "./glob.ts";

/** One who gets a message, and by which pattern; null where it subscribed to the channel itself. */
export interface Receiver {
  readonly client: Client;
  readonly pattern: Bytes | null;
}

/** The three ways to be subscribed. */
export type SubscriptionKind = "channels" | "patterns" | "shardChannels";

export class PubSub {
  readonly channels: Map<Bytes, Set<Client>> = new Map();
  readonly patterns: Map<Bytes, Set<Client>> = new Map();
  readonly shardChannels: Map<Bytes, Set<Client>> = new Map();

  subscribe(client: Client, kind: SubscriptionKind, name: Bytes): void {
    client[kind].add(name);
    const clients = this[kind].get(name);
    if (clients === undefined) this[kind].set(name, new Set([client]));
    else clients.add(client);
  }

  unsubscribe(client: Client, kind: SubscriptionKind, name: Bytes): void {
    client[kind].delete(name);
    const clients = this[kind].get(name);
    clients?.delete(client);
    if (clients?.size === 0) this[kind].delete(name);
  }

  /** The client is subscribed to nothing any more. */
  forget(client: Client): void {
    for (const kind of ["channels", "patterns", "shardChannels"] as const)
      for (const name of client[kind]) this.unsubscribe(client, kind, name);
  }

  /** Who gets what is published to a channel: its subscribers first, then the patterns' in their order. */
  receivers(channel: Bytes): Receiver[] {
    const receivers: Receiver[] = [];
    for (const client of this.channels.get(channel) ?? [])
      receivers.push({ client, pattern: null });
    for (const [pattern, clients] of this.patterns)
      if (globMatches(pattern, channel))
        for (const client of clients) receivers.push({ client, pattern });
    return receivers;
  }
}
