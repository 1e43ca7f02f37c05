/** What all connections share: a message comes in, is routed to whoever is subscribed, and is kept where it must be. */
import type { JournalClient, JournalEntry } from "../../journal.ts";
import type { ProtocolContext } from "../../protocol.ts";
import type { PublishPacket, QoS, Will } from "../wire/packet.ts";
import { Access } from "./access.ts";
import { eventBy, eventOf } from "./events.ts";
import type { Hub } from "./hub.ts";
import { Message, travelling } from "./message.ts";
import { Retained } from "./retained.ts";
import type { Delivery, Session, Subscribed } from "./session.ts";
import { Sessions } from "./sessions.ts";
import { Subscriptions } from "./subscriptions.ts";
import { SystemTopics, Traffic } from "./system-topics.ts";
import { takersOf } from "./takers.ts";
import { type LeftWill, Wills } from "./wills.ts";

type Sent = Pick<PublishPacket, "topic" | "payload" | "qos" | "retain" | "properties">;

export class Broker {
  readonly subscriptions: Subscriptions;
  readonly sessions: Sessions;
  readonly retained: Retained;
  readonly wills: Wills;
  readonly access: Access;
  readonly traffic: Traffic = new Traffic();
  readonly system: SystemTopics;
  readonly #context: ProtocolContext;
  readonly #hub: Hub;

  constructor(context: ProtocolContext, hub: Hub) {
    const { clock } = context;
    this.#context = context;
    this.#hub = hub;
    this.access = new Access(context.auth, context.mqttUsers ?? []);
    this.subscriptions = new Subscriptions(hub);
    this.retained = new Retained(clock, (message) => this.#record("expired", message));
    this.sessions = new Sessions(
      clock,
      {
        expired: (session, delivery) => this.#lost("expired", session, delivery),
        refused: (session, delivery) =>
          this.#lost("dropped", session, delivery, "queue is full: the client is away or too slow"),
      },
      (session) => this.#ended(session),
    );
    this.wills = new Wills(clock, (left) => this.#publishWill(left));
    this.system = new SystemTopics(this, clock);
  }

  /** A client, or the workbench, has sent a message; it is not routed yet. */
  accept(sent: Sent, client: JournalClient, source: string): Message {
    const { journal, clock } = this.#context;
    const expiry = sent.properties.messageExpiryInterval;
    const message = new Message({
      number: journal.nextMessage(),
      topic: sent.topic,
      payload: sent.payload,
      qos: sent.qos,
      retain: sent.retain,
      properties: travelling(sent.properties),
      expires: expiry === undefined ? Number.POSITIVE_INFINITY : clock.now() + expiry * 1000,
      source,
    });
    this.#record("published", message, client);
    return message;
  }

  /** Hands a message to all who are to get it. Whether a subscription matches: MQTT 5 §3.4.2.1, reason code 0x10. */
  route(message: Message): boolean {
    const places = this.subscriptions.match(message.topic);
    let takers = 0;
    for (const taker of takersOf(places)) if (this.#deliver(message, taker)) takers++;

    if (message.retain) this.retained.keep(message);
    if (takers === 0 && (!message.retain || message.payload.length === 0))
      this.#record("dropped", message, null, "no subscribers");
    return places.length > 0;
  }

  /** Sends what is retained to a subscription. */
  recall(subscribed: Subscribed): void {
    const { session, qos } = subscribed;
    for (const message of this.retained.match(subscribed.pattern)) {
      if (!this.access.mayRead(session, message.topic)) continue;
      session.take(message, lower(message.qos, qos), true, subscribed);
    }
  }

  /** A connection is gone: what others of its groups can have goes to them, now where they are there. */
  leave(session: Session, will: LeftWill | null): void {
    session.link = null;
    this.#handOver(session, true);
    if (will !== null) this.wills.leave(will);
    this.sessions.leave(session);
  }

  /** Records what happened to a message besides its way to one client. */
  #record(
    kind: JournalEntry["kind"],
    message: Message,
    client: JournalClient | null = null,
    reason?: string,
  ): void {
    if (message.number === 0) return;
    const event = eventOf(kind, message, client);
    this.#context.journal.record(reason === undefined ? event : { ...event, reason });
  }

  now(): number {
    return this.#context.clock.now();
  }

  /** All that does not belong to a connection is gone, as if it had never been. */
  forget(): void {
    this.wills.clear();
    this.retained.clear();
    for (const session of this.sessions.all) {
      session.queue = [];
      if (session.link !== null) continue;
      session.inFlight.clear();
      this.sessions.end(session);
    }
    this.system.forget();
  }

  close(): Promise<void> {
    this.sessions.close();
    this.wills.clear();
    this.retained.clear();
    this.system.close();
    return this.#hub.close();
  }

  #deliver(message: Message, taker: Subscribed, again = false): boolean {
    const { session } = taker;
    if (taker.noLocal && message.source === session.clientId) return false;
    if (!this.access.mayRead(session, message.topic)) return false;
    const retain = taker.retainAsPublished && message.retain;
    return session.take(message, lower(message.qos, taker.qos), retain, taker, again);
  }

  /** MQTT 5 §4.8.2: to another member as soon as the connection is lost, or when the session ends. */
  #handOver(session: Session, onlyToPresent: boolean): void {
    const groupOf = ({ pattern, group }: Subscribed) =>
      group === undefined ? undefined : this.subscriptions.group(pattern, group);
    const deliveries = session.releaseShared((via) => {
      const group = groupOf(via);
      return group !== undefined && group.hasOther(session, onlyToPresent);
    });
    for (const { message, via } of deliveries) {
      const member = groupOf(via)?.next(session);
      if (member !== null && member !== undefined) this.#deliver(message, member, true);
    }
  }

  #ended(session: Session): void {
    this.#handOver(session, false);
    for (const filter of session.subscriptions.keys()) this.subscriptions.remove(session, filter);
    for (const delivery of session.queue.splice(0))
      this.#lost("dropped", session, delivery, "the session has ended");
    this.wills.now(session.clientId);
  }

  #publishWill({ will, clientId, client, user }: LeftWill): void {
    if (!this.access.mayPublish({ clientId, user }, will.topic)) return;
    this.route(this.accept(will satisfies Will, client, clientId));
  }

  #lost(
    kind: "expired" | "dropped",
    session: Session,
    { message, via }: Delivery,
    reason?: string,
  ): void {
    if (kind === "dropped") this.traffic.publishesDropped++;
    if (message.number === 0) return;
    const client = { connection: 0, name: session.clientId, port: null };
    const event = eventBy(kind, message, client, via);
    this.#context.journal.record(reason === undefined ? event : { ...event, reason });
  }
}

/** §3.8.4: the lower of what was sent and what is asked for. */
function lower(sent: QoS, asked: QoS): QoS {
  return sent < asked ? sent : asked;
}
