/** One message and its settling: whoever settles first wins, and a lost connection is logged, not thrown. */
import { randomUUID } from "node:crypto";
import type { Incoming } from "./driver.ts";
import type { ReceivedMessage, SettleableMessage } from "./message.ts";

export interface Delivery {
  /** As the handler sees it: with `ack`, `nack` and `reject` only where the broker can redeliver. */
  readonly message: ReceivedMessage | SettleableMessage;
  readonly redelivers: boolean;
  readonly settled: boolean;
  ack(): Promise<void>;
  nack(options?: { delay?: number }): Promise<void>;
  reject(): Promise<void>;
}

export function receive(
  incoming: Incoming,
  correlationId: string,
  onLost: (error: unknown) => void,
): Delivery {
  const { settle } = incoming;
  let settled = false;
  async function once(act: (() => Promise<void>) | undefined): Promise<void> {
    if (settled) return;
    settled = true;
    try {
      await act?.();
    } catch (error) {
      // The connection went while the handler ran: the broker delivers again by itself.
      onLost(error);
    }
  }
  const settling = {
    ack: () => once(settle && (() => settle.ack())),
    nack: (options?: { delay?: number }) => once(settle && (() => settle.nack(options))),
    reject: () => once(settle && (() => settle.reject())),
  };
  const { id = randomUUID(), address, headers, key, attempt, payload, raw } = incoming;
  const message: ReceivedMessage = {
    id,
    address,
    headers,
    correlationId,
    key,
    attempt,
    payload,
    raw,
  };
  return {
    ...settling,
    message: settle === undefined ? message : { ...message, ...settling },
    redelivers: settle !== undefined,
    get settled() {
      return settled;
    },
  };
}
