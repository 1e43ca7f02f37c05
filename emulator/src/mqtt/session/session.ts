/** One MQTT connection: packets in, aedes, packets out. Bytes pass as they came; what is recorded is what passed. */
import { type FrameFault, reasonOf } from "../../fault-engine.ts";
import type { JournalClient, JournalEntry } from "../../journal.ts";
import { Inbound } from "../../inbound.ts";
import { Outbound, SLOW_CONSUMER } from "../../outbound.ts";
import type { Connection, ProtocolContext, Session } from "../../protocol.ts";
import type { Broker } from "../broker.ts";
import { type Clients, ClientState } from "../model/clients.ts";
import { Expected, type Forward } from "../model/deliveries.ts";
import { filterMatches, isSystemTopic } from "../model/topics.ts";
import { type Frame, FrameReader, MalformedError, UNSUPPORTED_VERSION } from "../wire/frames.ts";
import {
  markDuplicate,
  type PublishPacket,
  readAcknowledgement,
  readConnect,
  readPublish,
  readSubscribe,
  readUnsubscribe,
} from "../wire/packets.ts";
import { propertyHeaders } from "../wire/properties.ts";
import { BrokerStream } from "./stream.ts";

/** What all sessions of one server share. */
export interface Server {
  /** Still loading when the first clients come. */
  readonly broker: Promise<Broker>;
  readonly context: ProtocolContext;
  readonly clients: Clients;
  /** The sessions by the stream that aedes knows them by. */
  readonly sessions: WeakMap<object, MqttSession>;
  /** How many bytes may wait for a client that reads slowly. */
  readonly maxPending: number;
  /** The largest packet that is taken. */
  readonly maxPacket: number;
}

export class MqttSession implements Session {
  readonly #server: Server;
  readonly #connection: Connection;
  readonly #inbound: Inbound<Frame>;
  readonly #outbound: Outbound;
  readonly #stream: BrokerStream;
  readonly #incoming: FrameReader;
  readonly #outgoing = new FrameReader(Number.POSITIVE_INFINITY);
  readonly #expected = new Expected();
  #client: JournalClient;
  /** 0 until CONNECT has come. */
  #version = 0;
  #clean = true;
  #state: ClientState = new ClientState();
  #persistent: () => boolean = () => false;
  #ended = false;

  constructor(server: Server, connection: Connection) {
    this.#server = server;
    this.#connection = connection;
    this.#client = { connection: connection.id, name: "", port: connection.clientPort };
    this.#outbound = new Outbound(connection, server.context.clock, server.maxPending);
    this.#incoming = new FrameReader(server.maxPacket);
    this.#inbound = new Inbound(connection, server.context.clock, {
      next: () => this.#incoming.next(),
      fault: (frame) => this.#look(frame),
      run: (frame) => this.#pass(frame),
      lose: (frame, fault) => this.#lose(frame, fault),
      cut: () => this.#cut(),
      failed: (error) => this.#failed(error),
    });
    this.#stream = new BrokerStream({
      wrote: (chunk) => this.#send(chunk),
      wantsMore: () => {
        if (!this.#inbound.paused && !this.#ended) connection.resume();
      },
      ended: () => this.#end(),
    });
    server.sessions.set(this.#stream, this);
    this.#inbound.pause();
    void server.broker.then(
      (broker) => this.#begin(broker),
      () => connection.destroy(),
    );
  }

  #begin(broker: Broker): void {
    if (this.#ended) return;
    this.#persistent = broker.handle(this.#stream).persistent;
    this.#inbound.resume();
  }

  get client(): JournalClient {
    return this.#client;
  }

  // ------------------------------------------------------------ from the listener

  receive(chunk: Uint8Array): void {
    if (this.#ended) return;
    this.#incoming.push(chunk);
    this.#inbound.take();
  }

  refuse(): void {
    // MQTT 3.1.1 §4.8: nothing is said before a CONNECT that can be read.
    this.#end();
  }

  closed(): void {
    this.#end();
    // After a connection that was lost aedes publishes the will, in this session's name.
    this.#stream.destroy();
    if (!this.#persistent()) this.#server.clients.forget(this.#client.name, this.#state);
  }

  // ------------------------------------------------------------ from the broker

  /** A message is about to be written to this client. Returns whether it is for it. */
  forward(forward: Forward): boolean {
    // [MQTT-4.7.2-1]: aedes hands what is retained under $SYS to a new subscription of # too.
    if (forward.topic.startsWith("$") && this.#state.patternOf(forward.topic) === undefined)
      return false;
    if (!isSystemTopic(forward.topic)) this.#expected.add(forward);
    return true;
  }

  // ------------------------------------------------------------ packets in

  #failed(error: unknown): void {
    if (!(error instanceof MalformedError)) throw error;
    this.#refuse(error.reasonCode);
  }

  /** Reads what must be known of a packet, and finds the fault that it meets. */
  #look(frame: Frame): FrameFault | null {
    switch (frame.type) {
      case "connect": {
        // A second CONNECT is aedes' to refuse: [MQTT-3.1.0-2].
        if (this.#version !== 0) return null;
        const { version, clientId, clean } = readConnect(frame);
        this.#version = version;
        this.#client = { ...this.#client, name: clientId };
        this.#clean = clean;
        return this.#fault("connect");
      }
      case "publish":
        return this.#fault("publish", readPublish(frame, this.#version).topic);
      case "subscribe": {
        const faults = readSubscribe(frame, this.#version).filters.map((filter) =>
          this.#fault("subscribe", filter),
        );
        return faults.find((fault) => fault !== null) ?? null;
      }
      default:
        return null;
    }
  }

  /** Takes note of a packet and gives it to aedes. */
  #pass(frame: Frame): void {
    switch (frame.type) {
      case "subscribe":
        for (const filter of readSubscribe(frame, this.#version).filters)
          this.#state.filters.add(filter);
        break;
      case "unsubscribe":
        for (const filter of readUnsubscribe(frame, this.#version).filters)
          this.#state.filters.delete(filter);
        break;
      case "puback":
      case "pubcomp":
        this.#acknowledged(frame);
        break;
      case "pubrec":
        // MQTT 5 §4.3.3: an error ends the exchange here.
        if (this.#version === 5 && readAcknowledgement(frame).reasonCode >= 0x80)
          this.#acknowledged(frame);
        break;
      default:
    }
    if (!this.#stream.feed(frame.bytes)) this.#connection.pause();
  }

  /** A packet that a fault takes off the wire, as if it had never arrived: a QoS 1 or 2 sender gets no answer. */
  #lose(frame: Frame, fault: FrameFault): void {
    if (frame.type !== "publish") return;
    const packet = readPublish(frame, this.#version);
    const message = this.#server.context.journal.nextMessage();
    this.#record({ kind: "published", ...this.#entry(packet, message) });
    this.#record({ kind: "dropped", ...this.#entry(packet, message), reason: reasonOf(fault) });
  }

  /** Ends the connection; who can be told is told why. */
  #refuse(reasonCode: number): void {
    // MQTT 5 §3.14.2.1: DISCONNECT with a reason code.
    if (this.#version === 5) this.#outbound.send(Buffer.from([0xe0, 2, reasonCode, 0]));
    // [MQTT-3.1.2-2]: CONNACK 1. aedes would close without a word.
    if (reasonCode === UNSUPPORTED_VERSION) this.#outbound.send(Buffer.from([0x20, 2, 0, 1]));
    this.#stream.destroy();
  }

  /** Closes at once; what aedes still writes is lost. */
  #cut(): void {
    this.#stop();
    this.#connection.destroy();
  }

  #end(): void {
    if (this.#ended) return;
    this.#stop();
    this.#outbound.end();
  }

  #stop(): void {
    this.#ended = true;
    this.#inbound.end();
  }

  // ------------------------------------------------------------ packets out

  #send(chunk: Buffer): void {
    if (this.#ended) return;
    this.#outgoing.push(chunk);
    for (let frame = this.#outgoing.next(); frame !== null; frame = this.#outgoing.next()) {
      if (frame.type === "publish") {
        this.#deliver(frame);
        continue;
      }
      if (frame.type === "connack") this.#accepted(frame);
      this.#outbound.send(frame.bytes);
    }
  }

  /** The session begins, or goes on, when aedes has let the client in. */
  #accepted(frame: Frame): void {
    if (frame.body[1] !== 0) return;
    const state = this.#server.clients.state(this.#client.name, this.#clean);
    for (const filter of this.#state.filters) state.filters.add(filter);
    this.#state = state;
  }

  #deliver(frame: Frame): void {
    const packet = readPublish(frame, this.#version);
    if (isSystemTopic(packet.topic)) return this.#outbound.send(frame.bytes);

    const earlier =
      packet.packetId === undefined ? undefined : this.#state.inFlight.get(packet.packetId);
    const message =
      this.#expected.take(packet.topic, packet.payload) ??
      earlier?.message ??
      this.#server.context.journal.nextMessage();
    const again = earlier?.message === message;
    const pattern = this.#state.patternOf(packet.topic);
    const entry = {
      ...this.#entry(packet, message),
      ...(pattern === undefined ? {} : { subscription: { pattern } }),
    };
    if (packet.packetId !== undefined) this.#state.inFlight.set(packet.packetId, entry);

    const fault = this.#fault("deliver", packet.topic);
    if (fault?.effect.kind === "drop" || fault?.effect.kind === "disconnect") {
      this.#record({ kind: "dropped", ...entry, reason: reasonOf(fault) });
      if (fault.effect.kind === "disconnect") this.#cut();
      return;
    }
    if (fault?.effect.kind === "delay") this.#outbound.hold(fault.effect.ms);
    // [MQTT-3.3.1-1]: what is sent again says so. aedes leaves it out.
    this.#outbound.send(again ? markDuplicate(frame) : frame.bytes, (kept) => {
      if (kept) return this.#record({ kind: again ? "redelivered" : "delivered", ...entry });
      this.#record({ kind: "dropped", ...entry, reason: SLOW_CONSUMER });
      this.#cut();
    });
  }

  #acknowledged(frame: Frame): void {
    const { packetId, reasonCode } = readAcknowledgement(frame);
    const entry = this.#state.inFlight.get(packetId);
    if (entry === undefined) return;
    this.#state.inFlight.delete(packetId);
    const refused = this.#version === 5 && reasonCode >= 0x80;
    this.#record({
      ...entry,
      kind: refused ? "rejected" : "acknowledged",
      client: this.#client,
      ...(refused ? { reason: `reason code 0x${reasonCode.toString(16)}` } : {}),
    });
  }

  // ------------------------------------------------------------ journal and faults

  #entry(packet: PublishPacket, message: number): Omit<JournalEntry, "kind"> {
    const replyTo = packet.properties?.responseTopic;
    return {
      protocol: "mqtt",
      channel: packet.topic,
      message,
      client: this.#client,
      headers: propertyHeaders(packet.properties),
      payload: packet.payload,
      ...(replyTo === undefined ? {} : { replyTo }),
    };
  }

  #record(entry: JournalEntry): void {
    this.#server.context.journal.record(entry);
  }

  #fault(
    operation: "connect" | "publish" | "subscribe" | "deliver",
    channel?: string,
  ): FrameFault | null {
    return this.#server.context.faults.next({
      protocol: "mqtt",
      operation,
      client: this.#client.name,
      matches: filterMatches,
      ...(channel === undefined ? {} : { channel }),
    });
  }
}
