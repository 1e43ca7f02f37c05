/** One subscription's messages, from the packet to the handler and back: bounded, settled, delivered again. */
import type { DriverContext, Incoming, SubscribeRequest } from "../driver.ts";
import { createIntake } from "../intake.ts";
import { takeOver, type Held } from "./acknowledger.ts";
import type { MqttClient, MqttPacket } from "./driver.ts";
import { readMessage } from "./message.ts";

export interface Receiver {
  /**
   * Takes no further messages; resolves when those with the handler have settled. What waits stays with the broker, and
   * so does what still comes until `stop`: a client that nobody listens to acknowledges by itself.
   */
  drain(): Promise<void>;
  /**
   * The same where the broker keeps nothing: what it has sent, or has still to send, is handled first. `heard` resolves
   * when the broker has had all acknowledgements so far, and what it sent upon them has come.
   */
  finish(heard: () => Promise<void>): Promise<void>;
  /** Forgets everything at once. Once the connection has ended, where the broker keeps messages. */
  stop(): void;
}

interface Delivery {
  readonly packet: MqttPacket;
  /** Absent at QoS 0: the broker keeps nothing. */
  readonly held: Held | undefined;
  readonly attempt: number;
}

/**
 * `redelivers`: whether the subscription promises to deliver again what is not acknowledged.
 *
 * MQTT cannot say no to a message. What a handler sends back is therefore delivered again from here, while the broker
 * keeps it unacknowledged: should this process end before it succeeds, the broker delivers it to the next session.
 */
export function receiveFrom(
  client: MqttClient,
  request: SubscribeRequest,
  facts: {
    redelivers: boolean;
    logger: DriverContext["logger"];
    respond(packet: MqttPacket): Incoming["respond"] | undefined;
    /** Whether the subscriber does not want it: it is acknowledged and not handled. */
    ignores(packet: MqttPacket): boolean;
  },
): Receiver {
  const later = new Map<NodeJS.Timeout, Delivery>();
  let open = true;
  /** Whether what is left now is gone, acknowledged or not. */
  let last = false;
  let taken = 0;
  let inHand = 0;
  let idle = () => {};
  const intake = createIntake<Delivery>(request.concurrency, async (delivery) => {
    await request.deliver(incoming(delivery));
    inHand--;
    if (inHand === 0) idle();
  });
  const handle = (delivery: Delivery) => {
    inHand++;
    intake.push(delivery);
  };
  const stopTaking = takeOver(
    client,
    (topic) => request.address.match(topic) !== null,
    (packet, held) => {
      if (facts.ignores(packet)) {
        held?.confirm();
        return;
      }
      const delivery = { packet, held, attempt: packet.dup ? 2 : 1 };
      taken++;
      if (open) handle(delivery);
      else leave(delivery, "came while the subscriber was stopping");
    },
  );

  function incoming(delivery: Delivery): Incoming {
    const { packet, held, attempt } = delivery;
    const respond = facts.respond(packet);
    const done = async () => held?.confirm();
    return {
      ...readMessage(packet),
      attempt,
      ...(respond === undefined ? {} : { respond }),
      ...(facts.redelivers
        ? {
            settle: {
              ack: done,
              reject: done,
              nack: async ({ delay = 0 } = {}) => again(delivery, delay),
            },
          }
        : {}),
    };
  }

  function again({ packet, held, attempt }: Delivery, delay: number): void {
    held?.stepAside();
    const next = { packet, held, attempt: attempt + 1 };
    if (!open) {
      leave(next, "was sent back");
      return;
    }
    const timer = setTimeout(() => {
      later.delete(timer);
      handle(next);
    }, delay);
    later.set(timer, next);
  }

  /** At the end: what the broker keeps comes again; what it does not keep is gone, and that is said. */
  function leave({ packet, held }: Delivery, why: string): void {
    if (held !== undefined && !last) return;
    facts.logger.warn(`a message on "${packet.topic}" ${why}, and nobody keeps it: it is lost`);
  }

  function close(): void {
    open = false;
    for (const [timer, delivery] of later) {
      clearTimeout(timer);
      leave(delivery, "was sent back");
    }
    later.clear();
  }

  return {
    async drain() {
      close();
      await intake.drain(({ held }) => held === undefined);
    },
    async finish(heard) {
      last = true;
      for (let before = -1; before !== taken;) {
        before = taken;
        if (inHand > 0) await new Promise<void>((resolve) => (idle = resolve));
        await heard();
      }
      close();
      await intake.drain(() => true);
      stopTaking();
    },
    stop() {
      close();
      stopTaking();
    },
  };
}
