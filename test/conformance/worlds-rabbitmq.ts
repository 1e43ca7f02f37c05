/** RabbitMQ for the suite, and what is so on it. */
import { startEmulator } from "@millrace/emulator";
import { MemorySpace } from "millrace/memory";
import { RabbitmqBroker } from "millrace/rabbitmq";
import { startWire } from "../real/wire.ts";
import type { Facts, World } from "./bench.ts";

/** Without a group: a subscriber's queue is its own, and goes with its connection. */
export const rabbitmqFacts: Facts = {
  separator: ".",
  wildcards: { one: "*", rest: "#", restMatchesParent: true },
  headers: true,
  requests: "yes",
  groups: "shared",
  redelivers: true,
  keeps: false,
  cuttable: true,
};

/** Who comes back for what it missed has a group, and so a queue that stays. */
export const groupFacts: Facts = { ...rabbitmqFacts, keeps: true, keep: { group: "workers" } };

export const quorumFacts: Facts = {
  ...rabbitmqFacts,
  keeps: true,
  keep: { group: "workers", queue: { type: "quorum" } },
};

/** RabbitMQ's routing on the memory rung. */
export const hostedFacts: Facts = { ...rabbitmqFacts, cuttable: false };

export async function openHosted(): Promise<World> {
  const space = new MemorySpace();
  return { broker: () => space.host(new RabbitmqBroker()), close: async () => {} };
}

/** A server that is stopped with the suite. */
interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

export async function openRabbitmq(server: Server): Promise<World> {
  const wire = await startWire(server.url);
  return {
    wire,
    broker: (name) => new RabbitmqBroker({ url: wire.url, name }),
    async close() {
      await wire.stop();
      await server.stop();
    },
  };
}

export async function openEmulatedRabbitmq(): Promise<World> {
  const emulator = await startEmulator({ only: ["rabbitmq"], ports: { rabbitmq: 0 } });
  return openRabbitmq({ url: emulator.servers[0]?.url ?? "", stop: () => emulator.close() });
}
