/**
 * Acknowledgements that survive the connection. They are sent without waiting, so a handler is never held up; each is
 * kept until a PING behind it came back, and sent again when the connection went before that. JetStream takes one twice.
 */
import type { Link } from "./link.ts";

/** Payloads of JetStream's ack protocol (nats-server: `server/consumer.go`, ackMsg). */
export const ACK = "+ACK";
export const TERM = "+TERM";
export const IN_PROGRESS = "+WPI";
export const nak = (delay = 0): string =>
  delay > 0 ? `-NAK ${JSON.stringify({ delay: Math.round(delay * 1e6) })}` : "-NAK";

export interface Answers {
  /** Settles the message with this reply subject. */
  send(to: string, payload: string): void;
  /** Resolves when all that was sent has arrived; or when the connection is lost, for then it cannot be known. */
  flush(): Promise<void>;
  close(): void;
}

export function createAnswers(link: Link): Answers {
  const unconfirmed = new Map<string, string>();
  let confirming: Promise<void> | undefined;
  const stop = link.onChange((state) => {
    if (state === "lost") return;
    for (const [to, payload] of unconfirmed) publish(to, payload);
    confirming ??= confirm();
  });

  function publish(to: string, payload: string): void {
    if (link.lost === undefined && !link.client.isClosed()) link.client.publish(to, payload);
  }

  async function confirm(): Promise<void> {
    // One turn gathers what settles at the same time.
    await Promise.resolve();
    try {
      while (unconfirmed.size > 0 && link.lost === undefined && !link.client.isClosed()) {
        const sent = [...unconfirmed];
        await link.confirm();
        for (const [to, payload] of sent)
          if (unconfirmed.get(to) === payload) unconfirmed.delete(to);
      }
    } catch {
      // The connection is gone: what is left is sent again when it is back.
    } finally {
      confirming = undefined;
    }
  }

  return {
    send(to, payload) {
      unconfirmed.set(to, payload);
      publish(to, payload);
      confirming ??= confirm();
    },
    async flush() {
      while (confirming !== undefined && link.lost === undefined) await confirming;
    },
    close: stop,
  };
}
