/**
 * The types of one broker, gathered so that the core is generic over all of them: what may be declared,
 * and what a message can do. A type only; its run-time twin is `BrokerKind` in driver.ts.
 */
import type { ReceivedMessage, SettleableMessage } from "./message.ts";

export interface KindTypes {
  /** Options of a subscriber beside the core's. */
  subscriber: object;
  /** Options of a publisher beside the core's. */
  publisher: object;
  /** Options of one publish beside the core's. */
  publish: object;
  /** The option that chooses the delivery guarantee, its values, its default, and those at most once. */
  mode: { option: PropertyKey; values: unknown; default: unknown; atMostOnce: unknown };
}

/** The option that chooses the guarantee, as part of a subscriber's options. */
export type ModeOption<Kind extends KindTypes, Mode> = {
  readonly [Option in Kind["mode"]["option"]]?: Mode;
};

/** Whether this mode of this broker delivers at most once, as types. */
type IfAtMostOnce<Kind extends KindTypes, Mode, Then, Else> = [Mode] extends [
  Kind["mode"]["atMostOnce"],
]
  ? Then
  : Else;

/** The message of a delivery: it has `nack` only where the broker can deliver again. */
export type MessageOf<Kind extends KindTypes, Mode> = IfAtMostOnce<
  Kind,
  Mode,
  ReceivedMessage,
  SettleableMessage
>;

/** The ack policy, an option only where there is something to acknowledge. */
export type AckOption<Kind extends KindTypes, Mode> = IfAtMostOnce<
  Kind,
  Mode,
  { readonly ack?: never },
  { /** Default: `onSuccess`. */ readonly ack?: import("./message.ts").AckPolicy }
>;
