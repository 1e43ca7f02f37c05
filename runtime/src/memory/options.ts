/** What may be declared on a memory broker. */
import type { GroupOption, KindTypes } from "../kind.ts";
import type { MemorySpace } from "./driver.ts";

export interface MemoryBrokerOptions {
  /** Brokers of one space hear each other. Default: a space of its own. */
  readonly space?: MemorySpace;
  /** How addresses are written: `orders.{id}` with `*` and `>` (default), or `orders/{id}` with `+` and `#`. */
  readonly addresses?: "nats" | "mqtt";
}

/** For the run-time side; the types are in `mode` below. */
export interface MemorySubscriberOptions {
  /** `at-least-once` (default) redelivers what is not acknowledged. */
  readonly delivery?: "at-least-once" | "at-most-once";
}

export interface MemoryKind extends KindTypes {
  subscriber: GroupOption;
  publisher: object;
  publish: object;
  raw: unknown;
  channels: {
    queue: { subscriber: object; publisher: object; atMostOnce: false; raw: unknown };
  };
  mode: {
    option: "delivery";
    values: "at-least-once" | "at-most-once";
    default: "at-least-once";
    atMostOnce: "at-most-once";
  };
}
