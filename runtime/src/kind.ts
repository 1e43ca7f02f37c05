/**
 * The types of one broker, gathered so that the core is generic over all of them: what may be declared,
 * and what a message can do. A type only; its run-time twin is `BrokerKind` in driver.ts.
 */
import type { Channel } from "./channel.ts";
import type { AckPolicy, ReceivedMessage, SettleableMessage } from "./message.ts";

export interface KindTypes {
  /** Options of a subscriber of a plain address beside the core's. */
  subscriber: object;
  /** Options of a publisher to a plain address beside the core's. */
  publisher: object;
  /** Options of one publish to a plain address beside the core's. */
  publish: object;
  /** The client's own message object, where the address is plain. */
  raw: unknown;
  /** The option that chooses the delivery guarantee of plain addresses, its values, its default, and those at most once. */
  mode: { option: PropertyKey; values: unknown; default: unknown; atMostOnce: unknown };
  /** What there is besides plain addresses, by the `type` of its channels. */
  channels: Readonly<Record<string, ChannelTypes>>;
}

/** The types of one type of channel. */
export interface ChannelTypes {
  /** Options of a subscriber beside the core's; `never` where nobody can subscribe to it. */
  subscriber: object;
  /** Options of a publisher, and of one publish, beside the core's; `never` where nobody can publish to it. */
  publisher: object;
  /** Whether what is not acknowledged is gone. */
  atMostOnce: boolean;
  /** The client's own message object. */
  raw: unknown;
}

/** A broker with plain addresses only. */
export type PlainOnly = Record<never, ChannelTypes>;

/** The group option of brokers that have groups. */
export interface GroupOption {
  /** Members of a group share the messages; without one every subscriber gets each of them. */
  readonly group?: string;
}

/** What can be subscribed to. */
export type Source<Kind extends KindTypes> = string | Channels<Kind, "subscriber">;

/** What can be published to. */
export type Destination<Kind extends KindTypes> = string | Channels<Kind, "publisher">;

type Channels<Kind extends KindTypes, Use extends "subscriber" | "publisher"> = {
  [Type in keyof Kind["channels"] & string]: [Kind["channels"][Type][Use]] extends [never]
    ? never
    : Channel<string, Type>;
}[keyof Kind["channels"] & string];

/** The types of a channel, as declared. */
type Entry<Kind extends KindTypes, On> =
  On extends Channel<string, infer Type> ? Kind["channels"][Type] : never;

/** A subscriber's options beside the core's. */
export type SubscriberOwn<Kind extends KindTypes, On, Mode> = On extends string
  ? Kind["subscriber"] & ModeOption<Kind, Mode>
  : Entry<Kind, On>["subscriber"];

/** A publisher's options beside the core's. */
export type PublisherOwn<Kind extends KindTypes, To> = To extends string
  ? Kind["publisher"]
  : Entry<Kind, To>["publisher"];

/** Options of one publish beside the core's. */
export type PublishOwn<Kind extends KindTypes, To> = To extends string
  ? Kind["publish"]
  : Entry<Kind, To>["publisher"];

/** The option that chooses the guarantee, as part of a subscriber's options. */
export type ModeOption<Kind extends KindTypes, Mode> = {
  readonly [Option in Kind["mode"]["option"]]?: Mode;
};

/** Whether this mode or channel of this broker delivers at most once. */
type AtMostOnce<Kind extends KindTypes, On, Mode> = On extends string
  ? [Mode] extends [Kind["mode"]["atMostOnce"]]
    ? true
    : false
  : Entry<Kind, On>["atMostOnce"];

/** The message of a delivery: it has `nack` only where the broker can deliver again. */
export type MessageOf<Kind extends KindTypes, On, Mode> = (AtMostOnce<Kind, On, Mode> extends true
  ? ReceivedMessage
  : SettleableMessage) & {
  /** The client's own object. */
  readonly raw: On extends string ? Kind["raw"] : Entry<Kind, On>["raw"];
};

/** The ack policy, an option only where there is something to acknowledge. */
export type AckOption<Kind extends KindTypes, On, Mode> =
  AtMostOnce<Kind, On, Mode> extends true
    ? { readonly ack?: never }
    : { /** Default: `onSuccess`. */ readonly ack?: AckPolicy };
