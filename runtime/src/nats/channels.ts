/** What NATS has besides plain subjects: subjects of a stream, keys of a bucket, objects of a store. */
import type { Channel } from "../channel.ts";
import type { KvDeclaration, ObjectStoreDeclaration, StreamDeclaration } from "./stream-options.ts";

/** Where a stream's messages come from, and how. */
export interface JetStreamAt {
  /**
   * The stream: by its name, then it must exist, or as a declaration, whose differences from the stream that exists
   * are logged, and which with `declare: true` is made where there is none.
   */
  readonly stream: string | StreamDeclaration;
}

/** Whose place in the stream the server remembers. */
export interface DurableAt extends JetStreamAt {
  /**
   * The name of the durable consumer; the subscriber's `group` is another way to say it. Subscribers of one name share
   * the messages, and what they miss waits. Default: a consumer for each subscriber, forgotten with it.
   */
  readonly durable?: string;
}

/** As the options of a channel arrive at the driver. */
export interface JetStreamChannelOptions extends DurableAt {
  readonly deliver?: "pull" | "push";
  readonly ordered?: boolean;
}

/**
 * Subjects of a stream: kept by the server, acknowledged, delivered again. Publishing to it waits for the stream's answer.
 * Messages are pulled, as many as there is room for.
 * @example broker.subscriber(jetstream("orders.{id}", { stream: "ORDERS" }), { group: "billing" }, handler)
 */
export function jetstream<const Name extends string>(
  subject: Name,
  at: DurableAt & { readonly deliver?: "pull"; readonly ordered?: false },
): Channel<Name, "jetstream">;
/** The server pushes: no pull requests, but less exact back-pressure. */
export function jetstream<const Name extends string>(
  subject: Name,
  at: DurableAt & { readonly deliver: "push"; readonly ordered?: false },
): Channel<Name, "jetstream-push">;
/** Exactly in order, each message once, without acknowledging: for reading a stream, not for sharing its work. */
export function jetstream<const Name extends string>(
  subject: Name,
  at: JetStreamAt & { readonly ordered: true; readonly deliver?: "pull" },
): Channel<Name, "jetstream-ordered">;
export function jetstream(subject: string, at: JetStreamChannelOptions): Channel {
  const type =
    at.ordered === true
      ? "jetstream-ordered"
      : at.deliver === "push"
        ? "jetstream-push"
        : "jetstream";
  return { address: subject, type, options: at };
}

/** As the options of a channel arrive at the driver. */
export interface KvChannelOptions {
  readonly bucket: string;
  readonly declare?: boolean | KvDeclaration;
}

/**
 * Keys of a key-value bucket. Subscribing watches them: the handler is given each value, or null where a key was deleted.
 * Publishing puts a value, null deletes the key. The address of a message is its key.
 * @example broker.subscriber(kv("profiles", { key: "users.{id}" }), {}, handler)
 */
export function kv<const Key extends string = ">">(
  bucket: string,
  options: {
    /** `users.{id}`, `users.*`; default: all. To publish, one key or a template of one. */
    readonly key?: Key;
    /** Makes the bucket where there is none: `true`, or with these settings, whose differences from an existing one are logged. */
    readonly declare?: boolean | KvDeclaration;
  } = {},
): Channel<Key, "kv", KvChannelOptions> {
  const { key, ...rest } = options;
  return { address: (key ?? ">") as Key, type: "kv", options: { bucket, ...rest } };
}

/** As the options of a channel arrive at the driver. */
export interface ObjectsChannelOptions {
  readonly bucket: string;
  readonly declare?: boolean | ObjectStoreDeclaration;
}

/**
 * Objects of an object store. The handler is given an {@link ObjectChange} whenever one is put or deleted; the address
 * of a message is the object's name.
 * @example broker.subscriber(objects("reports"), {}, async (change: ObjectChange) => …)
 */
export function objects<const Name extends string = ">">(
  bucket: string,
  options: {
    /** `reports.{month}`: names taken apart at their dots; default: all. */
    readonly name?: Name;
    /** Makes the store where there is none: `true`, or with these settings, whose differences from an existing one are logged. */
    readonly declare?: boolean | ObjectStoreDeclaration;
  } = {},
): Channel<Name, "objects", ObjectsChannelOptions> {
  const { name, ...rest } = options;
  return { address: (name ?? ">") as Name, type: "objects", options: { bucket, ...rest } };
}

/** A channel's options, whose type is known by the channel's. */
export const optionsOf = <Options extends object>(channel: Channel | undefined): Options =>
  (channel?.options ?? {}) as Options;
