/** Redis as the suite's worlds: channels, reliable lists, streams with a group. */
import { MemorySpace } from "millrace/memory";
import { list, RedisBroker, stream, type RedisOptions } from "millrace/redis";
import { startWire } from "../real/wire.ts";
import type { Facts, World } from "./bench.ts";

/** Channels: at most once, to everybody who is subscribed. */
export const channelFacts: Facts = {
  separator: ".",
  wildcards: null,
  headers: true,
  requests: "yes",
  groups: "refused",
  redelivers: false,
  keeps: false,
  cuttable: true,
};

/** Streams read without a group: at most once, from where the reader began. */
export const streamFacts: Facts = { ...channelFacts, templates: "refused", requests: "timeout" };
/** Kept until they are acknowledged, and shared. */
export const groupFacts: Facts = {
  ...streamFacts,
  shared: true,
  redelivers: true,
  keeps: true,
};
export const onStream: World["on"] = (address) => stream(address);
export const onGroup: World["on"] = (address) => stream(address, { group: "suite" });
export const onList: World["on"] = (address) => list(address, { reliable: true });

interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

export async function openRedis(
  server: Server,
  on?: World["on"],
  options: RedisOptions = {},
): Promise<World> {
  const wire = await startWire(server.url);
  return {
    wire,
    broker: (name) => new RedisBroker({ url: wire.url, name, ...options }),
    ...(on === undefined ? {} : { on }),
    async close() {
      await wire.stop();
      await server.stop();
    },
  };
}

/** Redis' routing on the memory rung, which keeps nothing and has no connection. */
export async function openHostedRedis(on?: World["on"]): Promise<World> {
  const space = new MemorySpace();
  return {
    broker: () => space.host(new RedisBroker()),
    ...(on === undefined ? {} : { on }),
    close: async () => {},
  };
}
