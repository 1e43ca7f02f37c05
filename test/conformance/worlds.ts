/** The brokers that the suite runs on, and what is so on each. */
import { MemoryBroker, MemorySpace } from "millrace/memory";
import { MqttBroker, type MqttOptions } from "millrace/mqtt";
import { NatsBroker } from "millrace/nats";
import { startWire } from "../real/wire.ts";
import type { Facts, World } from "./bench.ts";

const subjects = {
  separator: ".",
  wildcards: { one: "*", rest: ">", restMatchesParent: false },
} as const;
const topics = {
  separator: "/",
  wildcards: { one: "+", rest: "#", restMatchesParent: true },
} as const;

export const memoryFacts: Facts = {
  ...subjects,
  headers: true,
  requests: "yes",
  groups: "shared",
  redelivers: true,
  keeps: false,
  cuttable: false,
};
export const memoryTopicFacts: Facts = { ...memoryFacts, ...topics };
export const natsFacts: Facts = {
  ...subjects,
  headers: true,
  requests: "yes",
  groups: "shared",
  redelivers: false,
  keeps: false,
  cuttable: true,
};
export const mqttFacts: Facts = {
  ...topics,
  headers: true,
  requests: "yes",
  groups: "shared",
  redelivers: true,
  keeps: true,
  cuttable: true,
};

/** MQTT 3.1.1 has no properties: no headers, no response topic. */
export const version3Facts: Facts = { ...mqttFacts, headers: false, requests: "no" };

/** QoS 0 on both sides: at most once. */
export const qos0 = {
  redelivers: false,
  keeps: false,
  receive: { qos: 0 },
  send: { qos: 0 },
} as const;
export const qos2 = { receive: { qos: 2 }, send: { qos: 2 } } as const;

export async function openMemory(addresses: "nats" | "mqtt" = "nats"): Promise<World> {
  const space = new MemorySpace();
  return { broker: () => new MemoryBroker({ space, addresses }), close: async () => {} };
}

/** A server that is stopped with the suite. */
interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

export async function openNats(server: Server): Promise<World> {
  const wire = await startWire(server.url);
  return {
    wire,
    broker: (name) => new NatsBroker({ url: wire.url, name }),
    async close() {
      await wire.stop();
      await server.stop();
    },
  };
}

export async function openMqtt(server: Server, options: MqttOptions = {}): Promise<World> {
  const wire = await startWire(server.url);
  return {
    wire,
    // A broker that was lent keeps no session of ours for long.
    broker: (name) =>
      new MqttBroker({
        url: wire.url,
        name,
        ...(options.protocol === "3.1.1" ? {} : { sessionExpiry: 60 }),
        ...options,
      }),
    async close() {
      await wire.stop();
      await server.stop();
    },
  };
}
