/**
 * What the broker holds of a client over its connections: subscriptions, what is on its way to it and what waits, and
 * the QoS 2 messages that it has not released. MQTT 5 §4.1
 */
import type { QoS, Version } from "../wire/packet.ts";
import type { Message } from "./message.ts";

/** One subscription of one client. */
export interface Subscribed {
  readonly session: Session;
  /** As the client wrote it, with the group. */
  readonly filter: string;
  readonly pattern: string;
  readonly group?: string;
  readonly qos: QoS;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  /** MQTT 5 §3.8.2.1.2 */
  readonly identifier?: number;
  /** As the journal shows it. */
  readonly shown: { readonly pattern: string; readonly group?: string };
}

/** A message on its way to one client. */
export interface Delivery {
  readonly message: Message;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly via: Subscribed;
  /** 0 until it is sent, and for QoS 0. */
  packetId: number;
  /** It has been sent to this client before: [MQTT-3.3.1-1]. */
  dup: boolean;
  /** Another member of the group has had it. */
  readonly again: boolean;
  /** The client has PUBREC sent: from here on only PUBREL is repeated. MQTT 5 §4.3.3 */
  released: boolean;
}

/** The connection of a session, while there is one. */
export interface Link {
  /** Sends PUBLISH. False where the client takes no packet of this size: then it counts as sent and settled. */
  publish(delivery: Delivery): boolean;
  /** Sends PUBREL. */
  release(packetId: number): void;
  /** Publishes none when it ends. */
  forgetWill(): void;
  /** Tells a client of version 5 why, and closes. */
  end(reasonCode: number): void;
}

/** What of a message's way is recorded by the broker. */
export interface SessionEvents {
  expired(session: Session, delivery: Delivery): void;
  /** There is no room for it. */
  refused(session: Session, delivery: Delivery): void;
}

/** mosquitto's max_queued_messages, for a client that is away. */
const MAX_AWAY = 1000;
/** mosquitto reads one packet of each client in turn, so that acknowledgements come between; here a whole chunk is read. */
const MAX_QUEUED = 10_000;
/** ms; expiry is told in seconds. */
const SWEEP_AFTER = 1000;
const LAST_PACKET_ID = 65_535;

export class Session {
  readonly clientId: string;
  readonly subscriptions: Map<string, Subscribed> = new Map();
  /** QoS 2 messages from the client, until it releases them; null for one that was refused. */
  readonly incoming: Map<number, Message | null> = new Map();
  /** In the order they were sent. */
  readonly inFlight: Map<number, Delivery> = new Map();
  queue: Delivery[] = [];
  link: Link | null = null;
  /** Of the last connection: before 5 a message comes once, however many filters match. */
  version: Version = 4;
  user: string | null = null;
  /** How long it outlives its connection, seconds; Infinity: for ever. */
  expiry = 0;
  /** How many unacknowledged messages the client takes. MQTT 5 §3.1.2.11.3 */
  window: number = LAST_PACKET_ID;
  readonly #events: SessionEvents;
  readonly #now: () => number;
  #lastId = 0;
  /** When what had expired was last taken out of a full queue, ms since 1970. */
  #swept = 0;

  constructor(clientId: string, events: SessionEvents, now: () => number) {
    this.clientId = clientId;
    this.#events = events;
    this.#now = now;
  }

  /** Sends a message, or keeps it for later. False where it does neither. */
  take(message: Message, qos: QoS, retain: boolean, via: Subscribed, again = false): boolean {
    const delivery: Delivery = {
      message,
      qos,
      retain,
      via,
      packetId: 0,
      dup: false,
      again,
      released: false,
    };
    if (qos === 0) {
      if (this.link === null) return false;
      this.link.publish(delivery);
      return true;
    }
    if (this.link !== null && this.inFlight.size < this.window) {
      this.#send(this.link, delivery);
      return true;
    }
    if (!this.#hasRoom()) {
      this.#events.refused(this, delivery);
      return false;
    }
    this.queue.push(delivery);
    return true;
  }

  /** A connection goes on with this session: what was not settled comes again, then what waits. MQTT 5 §4.4 */
  resume(link: Link): void {
    this.link = link;
    for (const [packetId, delivery] of this.inFlight) {
      if (delivery.released) link.release(packetId);
      else if (this.#isExpired(delivery)) this.inFlight.delete(packetId);
      else if (!link.publish(delivery)) this.inFlight.delete(packetId);
    }
    this.fill();
  }

  get lastId(): number {
    return this.#lastId;
  }

  /** Takes up what a snapshot kept of it: what has a packet id is on its way. */
  continueFrom(lastId: number, deliveries: readonly Delivery[]): void {
    this.#lastId = lastId;
    for (const delivery of deliveries)
      if (delivery.packetId > 0) this.inFlight.set(delivery.packetId, delivery);
      else this.queue.push(delivery);
  }

  /** The client has settled a message: the next may come. */
  settled(packetId: number): void {
    this.inFlight.delete(packetId);
    if (this.queue.length > 0) this.fill();
  }

  fill(): void {
    while (this.link !== null && this.inFlight.size < this.window) {
      const delivery = this.queue.shift();
      if (delivery === undefined) return;
      // mosquitto gives the packet id to what it keeps: what expires leaves a gap.
      if (this.#isExpired(delivery)) this.#nextId();
      else this.#send(this.link, delivery);
    }
  }

  /**
   * Takes what another member of a shared subscription's group should have instead. A QoS 2 message that was sent is
   * none of it: [MQTT-4.8.2-4, -5].
   */
  releaseShared(toOther: (via: Subscribed) => boolean): Delivery[] {
    if (this.inFlight.size === 0 && this.queue.length === 0) return [];
    const taken: Delivery[] = [];
    for (const [packetId, delivery] of this.inFlight) {
      if (delivery.qos === 2 || !toOther(delivery.via)) continue;
      this.inFlight.delete(packetId);
      taken.push(delivery);
    }
    this.queue = this.queue.filter((delivery) => {
      if (!toOther(delivery.via)) return true;
      taken.push(delivery);
      return false;
    });
    return taken;
  }

  #send(link: Link, delivery: Delivery): void {
    delivery.packetId = this.#nextId();
    this.inFlight.set(delivery.packetId, delivery);
    if (!link.publish(delivery)) this.inFlight.delete(delivery.packetId);
    else delivery.dup = true;
  }

  #isExpired(delivery: Delivery): boolean {
    if (delivery.message.expires > this.#now()) return false;
    this.#events.expired(this, delivery);
    return true;
  }

  #hasRoom(): boolean {
    const room = () =>
      this.link === null
        ? this.inFlight.size + this.queue.length < MAX_AWAY
        : this.queue.length < MAX_QUEUED;
    if (room()) return true;
    // Not for each message that comes in a flood.
    if (this.#now() - this.#swept < SWEEP_AFTER) return false;
    this.#swept = this.#now();
    this.queue = this.queue.filter((delivery) => !this.#isExpired(delivery));
    return room();
  }

  #nextId(): number {
    do this.#lastId = this.#lastId === LAST_PACKET_ID ? 1 : this.#lastId + 1;
    while (this.inFlight.has(this.#lastId));
    return this.#lastId;
  }
}
