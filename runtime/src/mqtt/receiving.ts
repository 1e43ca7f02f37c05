/** One subscription's messages, from the packet to the handler and back: bounded, settled, delivered again. */
import type { DriverContext, Incoming, SubscribeRequest } from "../driver.ts";
import { createIntake } from "../intake.ts";
import { takeOver, type Held } from "./acknowledger.ts";
import type { MqttClient, MqttPacket } from "./driver.ts";
import { readMessage } from "./message.ts";

export interface Receiver {
  /** Takes no further messages; resolves when those with the handler have settled. What waits stays with the broker. */
  drain(): Promise<void>;
  /** Forgets everything at once. */
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
  },
): Receiver {
  const later = new Map<NodeJS.Timeout, Delivery>();
  let open = true;
  const intake = createIntake<Delivery>(request.concurrency, (delivery) =>
    request.deliver(incoming(delivery)),
  );
  const stopTaking = takeOver(
    client,
    (topic) => request.address.match(topic) !== null,
    (packet, held) => {
      const delivery = { packet, held, attempt: packet.dup ? 2 : 1 };
      if (open) intake.push(delivery);
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
      intake.push(next);
    }, delay);
    later.set(timer, next);
  }

  /** At the end: what the broker keeps comes again; what it does not keep is gone, and that is said. */
  function leave({ packet, held }: Delivery, why: string): void {
    if (held !== undefined) return;
    facts.logger.warn(
      `a message on "${packet.topic}" ${why}, and at QoS 0 nobody keeps it: it is lost`,
    );
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
      stopTaking();
    },
    stop() {
      close();
      stopTaking();
    },
  };
}
