/** A message as a handler sees it beside its payload. */
import type { Headers } from "./driver.ts";

/** What every broker's messages have. */
export interface ReceivedMessage {
  /** The broker's id where it has one, else one of ours. */
  readonly id: string;
  /** Where it was sent: the concrete subject, topic, … */
  readonly address: string;
  readonly headers: Headers;
  /** The same for all messages of one chain: `correlation_id` as received, else made here. */
  readonly correlationId: string;
  /** The partitioning key, where the message has one. */
  readonly key: string | undefined;
  /** How many times this message was delivered, this one included; 1 where the broker does not say. */
  readonly attempt: number;
  /** The payload's bytes as received. */
  readonly payload: Uint8Array;
  /** The client's own object. */
  readonly raw: unknown;
}

/** A message of a broker that delivers again what is not acknowledged. Settling twice does nothing. */
export interface SettleableMessage extends ReceivedMessage {
  /** Done: the broker forgets it. */
  ack(): Promise<void>;
  /** Not done: it is delivered again, after `delay` ms. Default 0: at once. */
  nack(options?: { delay?: number }): Promise<void>;
  /** Will never be done: the broker drops or dead-letters it. */
  reject(): Promise<void>;
}

/**
 * When a message is acknowledged.
 * `onSuccess` (default): after the handler and what it publishes; a handler's error sends it back, an unreadable message is rejected.
 * `onReceive`: before the handler: at most once. `always`: after the handler, error or not. `manual`: the handler settles by itself.
 */
export type AckPolicy = "onSuccess" | "onReceive" | "always" | "manual";
