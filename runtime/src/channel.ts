/**
 * Channels that are more than a plain address: a queue, a stream, a list, a bucket … Small typed values that each
 * broker's folder makes: `stream("orders", { group: "billing" })`. Their `type` chooses which options go with them.
 */

/** What a broker has besides plain addresses. */
export interface Channel<
  out Name extends string = string,
  out Type extends string = string,
  out Options extends object = object,
> {
  /** As declared, without prefix; `{param}`s where the type allows them. */
  readonly address: Name;
  /** `queue`, `stream`, `list` … */
  readonly type: Type;
  /** The type's own options, already checked by its types. */
  readonly options: Options;
}

/** The address of a subscriber or publisher as declared: text or a channel. */
export type AddressOf<On> = On extends string ? On : On extends Channel<infer Name> ? Name : string;

/** The address of either, at run time. */
export const nameOf = (on: string | Channel): string => (typeof on === "string" ? on : on.address);

/** The channel, where it is one. */
export const channelOf = (on: string | Channel): Channel | undefined =>
  typeof on === "string" ? undefined : on;

/** Tells a channel from a publisher, which has an address as well. */
export const isChannel = (target: object): target is Channel => "type" in target;
