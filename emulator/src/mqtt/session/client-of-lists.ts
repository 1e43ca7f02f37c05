/** For tests: MQTT clients whose connection is a list, on a clock that only the test moves. No sockets, no waiting. */
import { createClock, type Clock } from "../../clock.ts";
import { createFaultEngine, type FaultEngine } from "../../fault-engine.ts";
import { createJournal, type Journal } from "../../journal.ts";
import type { Protocol, ProtocolContext } from "../../protocol.ts";
import { mqtt } from "../protocol.ts";
import { decode } from "../wire/decode.ts";
import { encode } from "../wire/encode.ts";
import { FrameReader } from "../wire/frames.ts";
import type { ConnectPacket, Packet, Subscription, Version } from "../wire/packet.ts";

interface World {
  readonly protocol: Protocol;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly faults: FaultEngine;
  /** A client that has not said anything. */
  open(version?: Version): ListClient;
  /** One that is let in. */
  connect(clientId: string, rest?: Partial<ConnectPacket>): ListClient;
}

interface ListClient {
  say(...packets: readonly Packet[]): void;
  /** What has come since it was asked last. */
  heard(): Packet[];
  /** The network is gone. */
  lose(): void;
  /** What ended the connection; null while it is open. */
  readonly ended: "end" | "destroy" | null;
}

export async function createWorld(
  options: Pick<ProtocolContext, "mqttUsers"> = {},
): Promise<World> {
  const clock = createClock();
  const journal = createJournal(clock);
  const faults = createFaultEngine();
  const protocol = await mqtt.open({
    clock,
    journal,
    faults,
    auth: null,
    ...options,
    maxPayload: 100_000,
    log: () => {},
  });
  let connections = 0;
  const open = (version: Version = 5): ListClient => {
    const reader = new FrameReader(Number.POSITIVE_INFINITY);
    let ended: ListClient["ended"] = null;
    const session = protocol.accept({
      id: ++connections,
      clientPort: null,
      serverPort: 1883,
      write: (bytes) => (reader.push(bytes), 0),
      writeText: () => 0,
      pause() {},
      resume() {},
      end: () => void (ended ??= "end"),
      destroy: () => void (ended ??= "destroy"),
    });
    return {
      say: (...packets) => {
        for (const packet of packets) session.receive(encode(packet, version));
      },
      heard() {
        const packets: Packet[] = [];
        for (let frame = reader.next(); frame !== null; frame = reader.next())
          packets.push(decode(frame, version, "server"));
        return packets;
      },
      lose: () => session.closed(),
      get ended() {
        return ended;
      },
    };
  };
  return {
    protocol,
    clock,
    journal,
    faults,
    open,
    connect(clientId, rest = {}) {
      const version = rest.version ?? 5;
      const client = open(version);
      client.say(connectPacket(clientId, rest));
      return client;
    },
  };
}

export function connectPacket(clientId: string, rest: Partial<ConnectPacket> = {}): ConnectPacket {
  return {
    type: "connect",
    version: 5,
    clientId,
    clean: false,
    keepAlive: 0,
    properties: {},
    ...rest,
  };
}

export function publishPacket(
  topic: string,
  payload: string,
  rest: Partial<Extract<Packet, { type: "publish" }>> = {},
): Packet {
  return {
    type: "publish",
    topic,
    payload: Buffer.from(payload),
    qos: 0,
    retain: false,
    dup: false,
    packetId: rest.qos === undefined || rest.qos === 0 ? 0 : 1,
    properties: {},
    ...rest,
  };
}

export function subscribePacket(
  filter: string,
  rest: Partial<Subscription> = {},
  identifier?: number,
): Packet {
  return {
    type: "subscribe",
    packetId: 9,
    subscriptions: [
      { filter, qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0, ...rest },
    ],
    properties: identifier === undefined ? {} : { subscriptionIdentifiers: [identifier] },
  };
}

export function answerPacket(
  type: "puback" | "pubrec" | "pubrel" | "pubcomp",
  packetId: number,
  code = 0,
): Packet {
  return { type, packetId, code, properties: {} };
}

/** The payloads of what was published among packets, with `again` where it said so. */
export function payloads(packets: readonly Packet[]): string[] {
  return packets.flatMap((packet) =>
    packet.type === "publish" ? `${String(packet.payload)}${packet.dup ? " again" : ""}` : [],
  );
}
