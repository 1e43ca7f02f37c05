/** NATS JetStream: every promise has a stream of its own, declared where it is used. */
import { MemorySpace } from "millrace/memory";
import { jetstream, NatsBroker } from "millrace/nats";
import { connect } from "nats";
import { startWire } from "../real/wire.ts";
import type { Facts, World } from "./bench.ts";
import { natsFacts } from "./worlds.ts";

export const jetstreamFacts: Facts = {
  ...natsFacts,
  requests: "no",
  redelivers: true,
  keeps: true,
  keep: { group: "worker" },
};

/** In order and unacknowledged: nothing to share, and nothing kept for who was away, but what it had fetched. */
export const orderedFacts: Facts = {
  ...natsFacts,
  requests: "no",
  groups: "refused",
  receive: { prefetch: 100 },
};

/** In process nothing is kept. */
export const hostedFacts: Facts = { ...jetstreamFacts, keeps: false, cuttable: false };

/** Streams where no server is. */
export async function openHostedJetStream(): Promise<World> {
  const space = new MemorySpace();
  return {
    broker: () => space.host(new NatsBroker({})),
    on: (address, root) =>
      jetstream(address, { stream: { name: root, subjects: [`${root}.>`], declare: true } }),
    close: async () => {},
  };
}

/** Core NATS with JetStream beside it: `-js`, or `jetstream {}` in its configuration. */
export async function openJetStream(
  server: { readonly url: string; stop(): Promise<void> },
  deliver: "pull" | "push" | "ordered" = "pull",
): Promise<World> {
  const wire = await startWire(server.url);
  const streams = new Set<string>();
  return {
    wire,
    broker: (name) => new NatsBroker({ url: wire.url, name }),
    on(address, root) {
      streams.add(root);
      const stream = {
        name: root,
        subjects: [`${root}.>`],
        storage: "memory",
        declare: true,
      } as const;
      return deliver === "ordered"
        ? jetstream(address, { stream, ordered: true })
        : deliver === "push"
          ? jetstream(address, { stream, deliver })
          : jetstream(address, { stream });
    },
    async close() {
      await wire.stop();
      // A server that was lent keeps nothing of ours.
      const client = await connect({ servers: server.url });
      const manager = await client.jetstreamManager();
      for (const name of streams) await manager.streams.delete(name).catch(() => false);
      await client.close();
      await server.stop();
    },
  };
}
