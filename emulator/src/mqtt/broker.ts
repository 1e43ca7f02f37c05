/**
 * aedes, held so that every message has the journal's number. It takes longer to load than everything else together:
 * nothing of it is loaded where MQTT is not opened.
 *
 * Two things used here are not in aedes' types: it numbers messages by its property `counter` (in `brokerCounter` of each
 * packet, kept in queues and sessions), and every message passes its method `publish`, whose second argument is the
 * sending client. The version is pinned exactly for that; broker.test.ts holds both.
 */
import type { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import type { Aedes, AedesOptions, AuthenticateError, Client } from "aedes";
import { isSystemTopic } from "./model/topics.ts";
import type { Forward } from "./model/deliveries.ts";

/** A message as aedes holds it. */
export interface BrokerPacket {
  readonly topic: string;
  readonly payload: Buffer | string;
  readonly qos: number;
  readonly retain: boolean;
  readonly brokerId?: string | null;
  readonly brokerCounter?: number;
  readonly properties?: {
    readonly userProperties?: Readonly<Record<string, string | readonly string[]>>;
    readonly contentType?: string;
    readonly responseTopic?: string;
  };
}

export interface BrokerHooks {
  /** Whether the client may connect. */
  authenticate(user: string | undefined, password: string | undefined): boolean;
  /** A message enters the broker: returns its number. `stream` is that of the sending client; null for the workbench. */
  published(packet: BrokerPacket, stream: Duplex | null): number;
  /** A message has been handed to everybody who is there; `takers` counts them and the sessions that keep it. */
  routed(packet: BrokerPacket, message: number, takers: number): void;
  /** A message is about to be written to the client of this stream; returns whether it is for it. */
  forward(stream: Duplex, forward: Forward): boolean;
}

export interface Broker {
  /** Takes a connection; returns whether its session outlives it, to be asked when it has closed. */
  handle(stream: Duplex): { persistent(): boolean };
  publish(packet: {
    topic: string;
    payload: Buffer;
    qos: 0 | 1;
    retain: boolean;
    properties?: object;
  }): Promise<void>;
  close(): Promise<void>;
}

interface Untyped {
  counter: number;
  publish(packet: BrokerPacket, client: Client | null, done?: (error?: Error | null) => void): void;
  readonly persistence: {
    subscriptionsByTopic(topic: string): Promise<readonly { readonly clientId: string }[]>;
    outgoingUpdate(client: Client, packet: OutgoingPacket): Promise<void>;
    incomingDelPacket(client: Client, packet: OutgoingPacket): Promise<void>;
  };
}

interface OutgoingPacket {
  readonly cmd: string;
  readonly messageId?: number;
  brokerCounter?: number;
}

export async function createBroker(hooks: BrokerHooks, options: AedesOptions): Promise<Broker> {
  const { Aedes: Implementation } = await import("aedes");
  const broker = await Implementation.createBroker({
    ...options,
    authenticate(_client, user, password, done) {
      if (hooks.authenticate(user, password?.toString())) done(null, true);
      else done(notAuthorized(), null);
    },
    authorizeSubscribe(_client, subscription, done) {
      // aedes 2.0.0-beta.1 takes `$share/…` of a 3.1.1 client for an ordinary topic, on which nothing ever comes.
      done(null, subscription.topic.startsWith("$share/") ? null : subscription);
    },
    authorizeForward(client, packet) {
      const message = numberOf(packet as BrokerPacket);
      takers.get(message)?.add(client.id);
      const forward = { message, topic: packet.topic, payload: bytes(packet.payload) };
      return hooks.forward(client.conn as Duplex, forward) ? packet : null;
    },
  });
  /** Of messages on their way: the client ids that got it. */
  const takers = new Map<number, Set<string>>();
  /** By topic: the number of the message that is retained. */
  const retained = new Map<string, number>();

  function numberOf(packet: BrokerPacket): number {
    // A retained message that a new subscription gets is a copy without its origin.
    const isCopy = packet.brokerId === null || packet.brokerId === undefined;
    return (isCopy ? retained.get(packet.topic) : undefined) ?? packet.brokerCounter ?? 0;
  }

  number(broker, hooks, takers, retained);
  keepReleasesApart(broker);
  forgiveSecondRelease(broker);
  // Nobody else hears it, and unheard it would end the process.
  (broker as EventEmitter).on("error", (error: Error) => process.emitWarning(error));

  return {
    handle(stream) {
      const client = broker.handle(stream);
      return { persistent: () => !client.clean };
    },
    publish: (packet) =>
      new Promise((resolve, reject) => {
        broker.publish({ cmd: "publish", dup: false, ...packet }, (error) =>
          error ? reject(error) : resolve(),
        );
      }),
    close: () => new Promise((resolve) => broker.close(resolve)),
  };
}

/** Gives the journal's number to every message that enters. */
function number(
  broker: Aedes,
  hooks: BrokerHooks,
  takers: Map<number, Set<string>>,
  retained: Map<string, number>,
): void {
  const untyped = broker as unknown as Untyped;
  const publish = untyped.publish.bind(broker);
  untyped.publish = (packet, second, third) => {
    // aedes' own convention: publish(packet, done) or publish(packet, client, done).
    const [client, done] =
      typeof second === "function"
        ? [null, second as (error?: Error | null) => void]
        : [second, third];
    if (isSystemTopic(packet.topic)) return publish(packet, client, done);

    const message = hooks.published(packet, (client?.conn as Duplex | undefined) ?? null);
    if (packet.retain) retained.set(packet.topic, message);
    const taken = new Set<string>();
    takers.set(message, taken);
    // aedes counts up before it gives a number.
    untyped.counter = message - 1;
    publish(packet, client, (error) => {
      void untyped.persistence.subscriptionsByTopic(packet.topic).then((sessions) => {
        takers.delete(message);
        const kept =
          packet.qos > 0 ? sessions.filter(({ clientId }) => !taken.has(clientId)).length : 0;
        if (!error) hooks.routed(packet, message, taken.size + kept);
      });
      done?.(error);
    });
  };
}

/**
 * aedes-persistence 10.3.1 takes two PUBRELs of one client for the same packet, as neither has a number of its own:
 * one is sent twice and the other never, and a QoS 2 message is lost. So they get one, which no message has.
 */
function keepReleasesApart(broker: Aedes): void {
  const { persistence } = broker as unknown as Untyped;
  const update = persistence.outgoingUpdate.bind(persistence);
  persistence.outgoingUpdate = (client, packet) => {
    if (packet.cmd === "pubrel") packet.brokerCounter ??= -(packet.messageId ?? 0);
    return update(client, packet);
  };
}

/** Of two PUBRELs for one packet in the same moment the second finds nothing to delete; aedes would let that end the process. */
function forgiveSecondRelease(broker: Aedes): void {
  const { persistence } = broker as unknown as Untyped;
  const forget = persistence.incomingDelPacket.bind(persistence);
  persistence.incomingDelPacket = (client, packet) => forget(client, packet).catch(() => {});
}

function bytes(payload: Buffer | string): Buffer {
  return typeof payload === "string" ? Buffer.from(payload) : payload;
}

function notAuthorized(): AuthenticateError {
  // 5 of MQTT 3.1.1 §3.2.2.3.
  return Object.assign(new Error("not authorized"), { returnCode: 5 });
}
