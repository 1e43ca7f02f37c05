/**
 * All that outlives connections, as plain data: sessions with what waits in them, retained messages, wills that wait.
 * Times are ms since 1970 on the clock of the emulator it was taken from.
 */
import type { Journal } from "../../journal.ts";
import type { QoS, Subscription, Version, Will } from "../wire/packet.ts";
import type { Broker } from "./broker.ts";
import { Message, type MessageFields } from "./message.ts";
import type { Delivery, Session } from "./session.ts";
import { subscribedTo } from "./subscriptions.ts";
import type { LeftWill } from "./wills.ts";

interface MqttSnapshot {
  readonly kind: "mqtt";
  readonly sessions: readonly SessionData[];
  readonly retained: readonly MessageData[];
  readonly wills: readonly { readonly left: LeftWill; readonly at: number }[];
}

type MessageData = Omit<MessageFields, "number">;

interface SessionData {
  readonly clientId: string;
  readonly version: Version;
  readonly user: string | null;
  readonly expiry: number;
  /** Undefined where it is connected, or lasts for ever. */
  readonly ends: number | undefined;
  readonly lastId: number;
  readonly subscriptions: readonly SubscriptionData[];
  /** What is on its way first. */
  readonly deliveries: readonly DeliveryData[];
  readonly incoming: readonly (readonly [packetId: number, message: MessageData | null])[];
}

interface SubscriptionData extends Omit<Subscription, "retainHandling"> {
  readonly identifier: number | undefined;
}

interface DeliveryData {
  readonly message: MessageData;
  readonly qos: QoS;
  readonly retain: boolean;
  /** By which subscription it comes: it may have ended since. */
  readonly via: SubscriptionData;
  /** 0: it waits. */
  readonly packetId: number;
  readonly again: boolean;
  readonly released: boolean;
}

export function takeSnapshot({ sessions, retained, wills }: Broker): unknown {
  return {
    kind: "mqtt",
    sessions: [...sessions.all]
      .filter(({ expiry }) => expiry > 0)
      .map((session) => sessionData(session, sessions.endOf(session))),
    retained: retained
      .all()
      .filter(({ number }) => number !== 0)
      .map(messageData),
    wills: wills.all,
  } satisfies MqttSnapshot;
}

/**
 * What clients without a connection had is gone then. Who is connected goes on with its subscriptions and exchanges, and
 * gets what waited for it in the snapshot.
 * @throws where it cannot be read; then everything is as it was
 */
export function restoreSnapshot(
  broker: Broker,
  snapshot: unknown,
  shift: number,
  journal: Journal,
): void {
  const { sessions, retained, wills } = read(snapshot, shift);
  const messageOf = (data: MessageData) => newMessage(data, shift, journal);
  const keptMessages = retained.map(messageOf);
  const entering = sessions.map((data) => ({ data, contents: contentsOf(data, messageOf) }));

  broker.forget();
  for (const message of keptMessages) broker.retained.keep(message);
  for (const { data, contents } of entering) enter(broker, data, contents, shift);
  for (const { left, at } of wills) broker.wills.leaveUntil(left, at + shift);
}

interface Contents {
  readonly deliveries: readonly { readonly data: DeliveryData; readonly message: Message }[];
  readonly incoming: readonly (readonly [number, Message | null])[];
}

function enter(broker: Broker, data: SessionData, contents: Contents, shift: number): void {
  const known = broker.sessions.get(data.clientId);
  const session = known ?? broker.sessions.create(data.clientId);
  const isThere = session.link !== null;
  for (const subscription of data.subscriptions)
    if (!session.subscriptions.has(subscription.filter))
      broker.subscriptions.put(subscribedTo(session, subscription, subscription.identifier));
  const deliveries = contents.deliveries.map(({ data: delivery, message }) =>
    deliveryOf(session, delivery, message),
  );
  if (isThere) {
    // Their packet ids were of an earlier conversation.
    session.queue = deliveries
      .filter(({ released }) => !released)
      .map((delivery) => ({ ...delivery, packetId: 0, dup: false }));
    return session.fill();
  }
  session.version = data.version;
  session.user = data.user;
  session.expiry = data.expiry;
  session.continueFrom(data.lastId, deliveries);
  for (const [packetId, message] of contents.incoming) session.incoming.set(packetId, message);
  // Who was connected then is gone now.
  const ends = data.ends ?? broker.now() - shift + data.expiry * 1000;
  if (ends !== Number.POSITIVE_INFINITY) broker.sessions.expireAt(session, ends + shift);
}

function sessionData(session: Session, ends: number | undefined): SessionData {
  const { clientId, version, user, expiry, lastId } = session;
  return {
    clientId,
    version,
    user,
    expiry,
    ends,
    lastId,
    subscriptions: [...session.subscriptions.values()].map(subscriptionData),
    deliveries: [...session.inFlight.values(), ...session.queue].map(deliveryData),
    incoming: [...session.incoming].map(([packetId, message]) => [
      packetId,
      message === null ? null : messageData(message),
    ]),
  };
}

function subscriptionData({
  filter,
  qos,
  noLocal,
  retainAsPublished,
  identifier,
}: Delivery["via"]): SubscriptionData {
  return { filter, qos, noLocal, retainAsPublished, identifier };
}

function deliveryData(delivery: Delivery): DeliveryData {
  const { message, qos, retain, via, packetId, dup, again, released } = delivery;
  return {
    message: messageData(message),
    qos,
    retain,
    via: subscriptionData(via),
    packetId,
    again: dup || again,
    released,
  };
}

function deliveryOf(session: Session, data: DeliveryData, message: Message): Delivery {
  const { qos, retain, via, packetId, again, released } = data;
  return {
    message,
    qos,
    retain,
    via: session.subscriptions.get(via.filter) ?? subscribedTo(session, via, via.identifier),
    packetId,
    dup: packetId > 0,
    again,
    released,
  };
}

function messageData(message: Message): MessageData {
  const { topic, payload, qos, retain, properties, expires, source } = message;
  return { topic, payload, qos, retain, properties, expires, source };
}

function newMessage(data: MessageData, shift: number, journal: Journal): Message {
  const { payload, properties } = data;
  const { correlationData } = properties;
  return new Message({
    ...data,
    // What crosses a thread is a Buffer no more.
    payload: Buffer.from(payload),
    properties:
      correlationData === undefined
        ? properties
        : { ...properties, correlationData: Buffer.from(correlationData) },
    expires: data.expires + shift,
    number: journal.nextMessage(),
  });
}

function contentsOf(data: SessionData, messageOf: (data: MessageData) => Message): Contents {
  return {
    deliveries: data.deliveries.map((delivery) => ({
      data: delivery,
      message: messageOf(delivery.message),
    })),
    incoming: data.incoming.map(([packetId, message]) => [
      packetId,
      message === null ? null : messageOf(message),
    ]),
  };
}

// ------------------------------------------------------------ reading

/** Looks at the shape before anything is changed. @throws {TypeError} */
function read(snapshot: unknown, shift: number): MqttSnapshot {
  const { kind, sessions, retained, wills } = (snapshot ?? {}) as Partial<MqttSnapshot>;
  const isOne =
    kind === "mqtt" &&
    Array.isArray(sessions) &&
    Array.isArray(retained) &&
    Array.isArray(wills) &&
    Number.isFinite(shift) &&
    sessions.every(isSession) &&
    retained.every(isMessage) &&
    wills.every(isLeftWill);
  if (!isOne) throw new TypeError("this is no snapshot of MQTT");
  return {
    kind,
    sessions,
    retained,
    wills: wills.map(({ left, at }) => ({
      left: { ...left, will: { ...left.will, payload: Buffer.from(left.will.payload) } },
      at,
    })),
  };
}

function isSession(value: unknown): value is SessionData {
  const data = (value ?? {}) as Partial<SessionData>;
  return (
    typeof data.clientId === "string" &&
    typeof data.expiry === "number" &&
    typeof data.lastId === "number" &&
    Array.isArray(data.subscriptions) &&
    data.subscriptions.every(isSubscription) &&
    Array.isArray(data.deliveries) &&
    data.deliveries.every(isDelivery) &&
    Array.isArray(data.incoming) &&
    data.incoming.every(
      (each: unknown) => Array.isArray(each) && (each[1] === null || isMessage(each[1])),
    )
  );
}

function isDelivery(value: unknown): value is DeliveryData {
  const data = (value ?? {}) as Partial<DeliveryData>;
  return typeof data.packetId === "number" && isMessage(data.message) && isSubscription(data.via);
}

function isSubscription(value: unknown): value is SubscriptionData {
  const { filter, qos } = (value ?? {}) as Partial<SubscriptionData>;
  return typeof filter === "string" && typeof qos === "number";
}

function isMessage(value: unknown): value is MessageData {
  const { topic, payload, properties, expires } = (value ?? {}) as Partial<MessageData>;
  return (
    typeof topic === "string" &&
    (payload as unknown) instanceof Uint8Array &&
    typeof properties === "object" &&
    typeof expires === "number"
  );
}

function isLeftWill(value: unknown): value is MqttSnapshot["wills"][number] {
  const { left, at } = (value ?? {}) as Partial<MqttSnapshot["wills"][number]>;
  const will = left?.will as Partial<Will> | undefined;
  return (
    typeof at === "number" &&
    typeof left?.clientId === "string" &&
    typeof will?.topic === "string" &&
    (will.payload as unknown) instanceof Uint8Array
  );
}
