/** One MQTT connection: packets in, through the faults, to their handlers; packets out. */
import { Inbound } from "../../inbound.ts";
import type { JournalClient } from "../../journal.ts";
import { Outbound } from "../../outbound.ts";
import type { Connection, ProtocolContext, Session as Listening } from "../../protocol.ts";
import type { Broker } from "../model/broker.ts";
import type { Delivery, Session } from "../model/session.ts";
import { versionOf } from "../wire/connect.ts";
import { decode } from "../wire/decode.ts";
import { encode } from "../wire/encode.ts";
import { FrameReader, MalformedError, protocolError } from "../wire/frames.ts";
import type { Packet, Version, Will } from "../wire/packet.ts";
import { reasons } from "../wire/reason-codes.ts";
import { Aliases } from "./aliases.ts";
import { connect, refuseConnect } from "./connect.ts";
import { type Conversation, NONE, TOPIC_ALIASES } from "./conversation.ts";
import { Deliveries } from "./deliveries.ts";
import { disconnect } from "./ending.ts";
import { faultOf, lose, refuse } from "./faults.ts";
import { KeepAlive, type KeepAlives } from "./keep-alive.ts";
import { publish, release } from "./publishing.ts";
import { acknowledged, completed, received } from "./settling.ts";
import { subscribe, unsubscribe } from "./subscribing.ts";

/** What all connections of one server share. */
export interface Server {
  readonly broker: Broker;
  readonly context: ProtocolContext;
  readonly keepAlives: KeepAlives;
  /** How many bytes may wait for a client that reads slowly. */
  readonly maxPending: number;
  /** The largest packet that is taken. */
  readonly maxPacket: number;
}

/** mosquitto's keep alive of a connection that has not said CONNECT yet, ms. */
const CONNECT_WITHIN = 90_000;
/** MQTT 3.1.1 §3.2.2.3: unacceptable protocol version. */
const UNACCEPTABLE_VERSION = 1;

type Handler<Type extends Packet["type"]> = (
  conversation: Conversation,
  session: Session,
  packet: Extract<Packet, { type: Type }>,
) => void;

/** What a client says once it is let in. All else is the server's to say, and no packet from a client. */
const handlers: { readonly [Type in Packet["type"]]?: Handler<Type> } = {
  publish,
  puback: acknowledged,
  pubrec: received,
  pubrel: release,
  pubcomp: completed,
  subscribe,
  unsubscribe,
  pingreq: (conversation) => conversation.send({ type: "pingresp" }),
  disconnect,
  // No CONNECT with a method was taken: [MQTT-4.12.0-1].
  auth: (conversation) => conversation.end(reasons.protocolError),
};

export class MqttConnection implements Listening, Conversation {
  readonly broker: Broker;
  readonly context: ProtocolContext;
  readonly maxPacket: number;
  session: Session | null = null;
  will: Will | null = null;
  largest: number = Number.POSITIVE_INFINITY;
  wantsReasons = true;
  readonly repeated: Set<number> = new Set();
  readonly #connection: Connection;
  readonly #frames: FrameReader;
  readonly #inbound: Inbound<Packet>;
  readonly #outbound: Outbound;
  readonly #deliveries: Deliveries;
  readonly #keepAlive: KeepAlive;
  readonly #aliases = new Aliases(TOPIC_ALIASES);
  #client: JournalClient;
  /** Null until CONNECT has come. */
  #version: Version | null = null;
  #ended = false;

  constructor(server: Server, connection: Connection) {
    const { broker, context, keepAlives, maxPacket, maxPending } = server;
    this.broker = broker;
    this.context = context;
    this.maxPacket = maxPacket;
    this.#connection = connection;
    this.#client = { connection: connection.id, name: "", port: connection.clientPort };
    this.#frames = new FrameReader(maxPacket);
    this.#outbound = new Outbound(connection, context.clock, maxPending);
    this.#inbound = new Inbound(connection, context.clock, {
      next: () => this.#next(),
      fault: (packet) => faultOf(this, packet),
      run: (packet) => this.#run(packet),
      lose: (packet, fault) => lose(this, packet, fault),
      refuse: (packet, fault) => refuse(this, packet, fault),
      cut: () => this.cut(),
      failed: (error) => this.#failed(error),
    });
    this.#deliveries = new Deliveries(context, connection, this.#outbound, broker.traffic, this);
    this.#keepAlive = new KeepAlive(keepAlives, CONNECT_WITHIN, () =>
      this.end(reasons.keepAliveTimeout),
    );
  }

  get client(): JournalClient {
    return this.#client;
  }

  get version(): Version {
    return this.#version ?? 4;
  }

  // ------------------------------------------------------------ from the listener

  receive(chunk: Uint8Array): void {
    if (this.#ended) return;
    this.broker.traffic.bytesReceived += chunk.length;
    this.#keepAlive.heard();
    this.#frames.push(chunk);
    this.#inbound.take();
  }

  refuse(): void {
    // MQTT 3.1.1 §4.8: nothing is said before a CONNECT that can be read.
    this.close();
  }

  closed(): void {
    this.#leave();
  }

  // ------------------------------------------------------------ for handlers and the broker

  send(packet: Packet): void {
    if (this.#ended) return;
    const bytes = encode(packet, this.version);
    // [MQTT-3.1.2-24]: who takes not even this is beyond help.
    if (bytes.length > this.largest) return this.close();
    this.broker.traffic.packetsSent++;
    this.broker.traffic.bytesSent += bytes.length;
    this.#outbound.send(bytes);
  }

  publish(delivery: Delivery): boolean {
    return this.#deliveries.publish(delivery);
  }

  release(packetId: number): void {
    this.send({ type: "pubrel", packetId, code: reasons.success, properties: NONE });
  }

  forgetWill(): void {
    this.will = null;
  }

  end(reasonCode: number): void {
    // MQTT 5 §3.14.2.1; before there is no word for it.
    if (this.version === 5 && this.session !== null)
      this.send({ type: "disconnect", code: reasonCode, properties: NONE });
    this.close();
  }

  close(): void {
    if (this.#ended) return;
    this.#leave();
    this.#outbound.end();
  }

  /** Closes at once; what waits to be sent is lost. */
  cut(): void {
    this.#leave();
    this.#connection.destroy();
  }

  expectWithin(ms: number): void {
    this.#keepAlive.change(ms);
  }

  // ------------------------------------------------------------ packets in

  #next(): Packet | null {
    const frame = this.#frames.next();
    if (frame === null) return null;
    this.broker.traffic.packetsReceived++;
    if (this.#version === null) {
      // [MQTT-3.1.0-1]
      if (frame.type !== "connect") throw protocolError("a packet before CONNECT");
      this.#version = versionOf(frame);
      const packet = decode(frame, this.#version);
      if (packet.type === "connect") this.#client = { ...this.#client, name: packet.clientId };
      return packet;
    }
    const packet = decode(frame, this.#version);
    return packet.type === "publish" ? this.#aliases.resolve(packet) : packet;
  }

  #run(packet: Packet): void {
    if (packet.type === "connect") return connect(this, packet);
    // A fault may have taken CONNECT away.
    if (this.session === null) return this.close();
    const handle = handlers[packet.type] as Handler<Packet["type"]> | undefined;
    handle?.(this, this.session, packet);
  }

  #failed(error: unknown): void {
    if (!(error instanceof MalformedError)) throw error;
    const { reasonCode } = error;
    if (reasonCode === null) return this.close();
    if (this.session !== null) return this.end(reasonCode);
    // [MQTT-3.1.2-2], MQTT 5 §4.13.1: who is not let in; before version 5 there is a word for the version alone.
    const isVersion = reasonCode === reasons.unsupportedVersion;
    if (isVersion || this.#version === 5) refuseConnect(this, UNACCEPTABLE_VERSION, reasonCode);
    else this.close();
  }

  /** Gives the session up. Once. */
  #leave(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#inbound.end();
    this.#keepAlive.stop();
    const { session, will } = this;
    if (session === null) return;
    const { clientId, user } = session;
    const left = will === null ? null : { will, clientId, client: this.#client, user };
    this.broker.leave(session, left);
  }
}
