/** The channel that a declaration names, as the topology has it: its id, its kind, what is on the wire. */
import type { Channel, ProtocolName } from "../topology.ts";
import { joined, type Prefix } from "./brokers.ts";
import { readAddress } from "./dialects.ts";
import { AMQ_TOPIC } from "./exchanges.ts";
import type { ExchangeFound, OperationFound } from "./found.ts";
import { escapeGlob } from "./wildcards.ts";

/** `exchange` is where the broker's plain addresses are, of those that have exchanges; null where that is not known. */
export function channelOf(
  found: Pick<OperationFound, "address" | "expression" | "channel">,
  prefix: Prefix,
  protocol: ProtocolName,
  exchange: ExchangeFound | null = AMQ_TOPIC,
): Channel {
  const { kind, bucket, bindings = [] } = found.channel;
  const { text, expression } = addressBelow(prefix, found, protocol);
  const on =
    protocol === "rabbitmq" && kind === undefined
      ? (found.channel.exchange ?? exchange)
      : undefined;
  if (text === null || on === null) {
    const written = expression === "" ? JSON.stringify(text) : expression;
    const id = `${protocol}:?${written}`;
    return { id, protocol, address: null, pattern: null, expression: written, params: [] };
  }
  // The default exchange routes to the queue that its key names.
  if (on?.name === "") return queueOf(text);
  const { params, pattern } =
    kind === "pattern" ? { params: [], pattern: text } : readAddress(text, protocol);
  return {
    id: idOf(protocol, kind, bucket, on, text),
    protocol,
    ...(kind === undefined ? {} : { kind }),
    ...(on === undefined ? {} : { exchange: { name: on.name, type: on.type } }),
    ...(bindings.length === 0
      ? {}
      : { bindings: bindings.map(({ exchange: { name }, key }) => ({ exchange: name, key })) }),
    ...(bucket === undefined ? {} : { bucket }),
    address: text,
    pattern,
    params,
  };
}

/** A queue as somebody who sends to it by its name sees it. */
export function queueOf(name: string): Channel {
  return {
    id: idOf("rabbitmq", "queue", undefined, undefined, name),
    protocol: "rabbitmq",
    kind: "queue",
    address: name,
    ...readAddress(name, "rabbitmq"),
  };
}

/** A list of Redis by its name. */
export function listOf(name: string): Channel {
  return {
    id: idOf("redis", "list", undefined, undefined, name),
    protocol: "redis",
    kind: "list",
    address: name,
    ...readAddress(name, "redis"),
  };
}

/** Two declarations of one channel know together what each knows: a queue's bindings, that it is a stream. */
export function merged(one: Channel, other: Channel): Channel {
  const bindings = [...(one.bindings ?? []), ...(other.bindings ?? [])];
  const distinct = [
    ...new Map(bindings.map((each) => [`${each.exchange}\n${each.key}`, each])).values(),
  ];
  const kind = other.kind === "stream" ? other.kind : one.kind;
  if (distinct.length === (one.bindings ?? []).length && kind === one.kind) return one;
  return {
    ...one,
    ...(kind === undefined ? {} : { kind }),
    ...(distinct.length === 0 ? {} : { bindings: distinct }),
  };
}

function idOf(
  protocol: ProtocolName,
  kind: Channel["kind"],
  bucket: string | undefined,
  exchange: ExchangeFound | undefined,
  address: string,
): string {
  // A queue of RabbitMQ that is a stream is still the one queue of its name.
  const space = protocol === "rabbitmq" && kind === "stream" ? "queue" : kind;
  const place =
    exchange === undefined || exchange.name === AMQ_TOPIC.name ? "" : `@${plain(exchange.name)}`;
  const name = bucket === undefined ? address : `${bucket}/${address}`;
  return `${protocol}${space === undefined ? "" : `.${space}`}${place}:${name}`;
}

/** What stands before an id's first colon has none itself. */
function plain(name: string): string {
  return name.replaceAll(":", "%3A");
}

/** A regular expression stands behind the prefix, a glob has it as it is meant: literally. */
function addressBelow(
  prefix: Prefix,
  { address, expression, channel }: Pick<OperationFound, "address" | "expression" | "channel">,
  protocol: ProtocolName,
): Prefix {
  if (channel.kind !== "pattern" || prefix.text === null || prefix.text === "")
    return joined(prefix, { text: address, expression });
  const before = protocol === "kafka" ? `${prefix.text} ` : escapeGlob(prefix.text);
  return joined({ text: before, expression: prefix.expression }, { text: address, expression });
}
