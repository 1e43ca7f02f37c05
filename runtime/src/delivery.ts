/** One message and its settling: whoever settles first wins, and a lost connection is logged, not thrown. */
import { randomUUID } from "node:crypto";
import type { Chain } from "./context.ts";
import type { Headers, Incoming } from "./driver.ts";
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

/** `onLost` is told where the broker could no longer be told. */
export function receive(
  incoming: Incoming,
  chain: Chain,
  onLost: (error: unknown, address: string) => void,
): Delivery {
  const { settle } = incoming;
  const message = new Received(incoming, chain);
  if (settle === undefined) return { message, redelivers: false, settled: false, ...nothing };

  let settled = false;
  async function once(act: () => Promise<void>): Promise<void> {
    if (settled) return;
    settled = true;
    try {
      await act();
    } catch (error) {
      // The connection went while the handler ran: the broker delivers again by itself.
      onLost(error, incoming.address);
    }
  }
  const settling = {
    ack: () => once(() => settle.ack()),
    nack: (options?: { delay?: number }) => once(() => settle.nack(options)),
    reject: () => once(() => settle.reject()),
  };
  return {
    ...settling,
    message: Object.assign(message, settling),
    redelivers: true,
    get settled() {
      return settled;
    },
  };
}

/** At most once: there is nothing to tell the broker. */
const nothing = { ack: async () => {}, nack: async () => {}, reject: async () => {} };

/** Ids are made when they are asked for. A class: an object with getters of its own costs several times as much to make. */
class Received implements ReceivedMessage {
  readonly address: string;
  readonly headers: Headers;
  readonly key: string | undefined;
  readonly attempt: number;
  readonly payload: Uint8Array;
  readonly raw: unknown;
  readonly #chain: Chain;
  #id: string | undefined;

  constructor(incoming: Incoming, chain: Chain) {
    this.address = incoming.address;
    this.headers = incoming.headers;
    this.key = incoming.key;
    this.attempt = incoming.attempt;
    this.payload = incoming.payload;
    this.raw = incoming.raw;
    this.#chain = chain;
    this.#id = incoming.id;
  }

  get id(): string {
    return (this.#id ??= randomUUID());
  }

  get correlationId(): string {
    return this.#chain.correlationId;
  }
}
