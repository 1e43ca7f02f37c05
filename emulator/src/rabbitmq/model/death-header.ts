/**
 * What a dead letter tells of its deaths: x-death, one entry for each queue and reason, the latest first, and of the very
 * first death x-first-death-*. https://www.rabbitmq.com/docs/dlx#effects
 */
import type { FieldTable, FieldValue } from "../wire/values.ts";
import type { DeathReason, Message } from "./contract.ts";

interface Death {
  readonly reason: DeathReason;
  readonly queue: string;
  /** ms since 1970. */
  readonly time: number;
  readonly deadLetterExchange: string;
  /** null: it keeps its own keys. */
  readonly deadLetterRoutingKey: string | null;
}

/** The message that is published for one that has died. Its expiration is taken off, so that it does not die again at once. */
export function deadLetterOf(message: Message, death: Death): Message {
  const { properties } = message.content;
  const headers = new Map(properties.headers ?? []);
  const entry = entryOf(message, headers, death);
  const reported = report(headers, entry, death, message.exchange);
  // The keys of CC and BCC belong to the key that is replaced.
  if (death.deadLetterRoutingKey !== null) reported.delete("CC");
  const kept = death.deadLetterRoutingKey === null ? message.blindKeys : undefined;
  return {
    number: message.number,
    exchange: death.deadLetterExchange,
    routingKey: death.deadLetterRoutingKey ?? message.routingKey,
    ...(kept && { blindKeys: kept }),
    content: message.content.with({ headers: reported, expiration: undefined }),
  };
}

/** The latest first. */
export function deathsOf({ content }: Message): readonly FieldValue[] {
  const field = content.properties.headers?.get("x-death");
  return field?.type === "array" ? field.value : [];
}

/** Whether a dead letter has come back to a queue without anybody having rejected it on the way. */
export function isCycle(deaths: readonly FieldValue[], queue: string): boolean {
  const last = deaths.findIndex((death) => textOf(death, "queue") === queue);
  return (
    last !== -1 &&
    deaths
      .slice(0, last + 1)
      .every((death) => death.type === "table" && textOf(death, "reason") !== "rejected")
  );
}

function entryOf(message: Message, headers: FieldTable, death: Death): [string, FieldValue][] {
  const copies = ["CC", "BCC"].flatMap((name) => {
    const keys = headers.get(name);
    return keys?.type === "array" ? keys.value.filter((key) => key.type === "longstr") : [];
  });
  const { expiration } = message.content.properties;
  return [
    ["reason", text(death.reason)],
    ["queue", text(death.queue)],
    ["time", { type: "timestamp", value: Math.floor(death.time / 1000) }],
    ["exchange", text(message.exchange)],
    ["routing-keys", { type: "array", value: [text(message.routingKey), ...copies] }],
    ...(expiration === undefined
      ? []
      : ([["original-expiration", text(expiration)]] as [string, FieldValue][])),
  ];
}

function report(
  headers: Map<string, FieldValue>,
  entry: [string, FieldValue][],
  { reason, queue }: Death,
  exchange: string,
): Map<string, FieldValue> {
  const before = headers.get("x-death");
  const first: FieldValue = { type: "table", value: new Map([["count", long(1)], ...entry]) };
  if (before === undefined) {
    headers.set("x-first-death-reason", text(reason));
    headers.set("x-first-death-queue", text(queue));
    headers.set("x-first-death-exchange", text(exchange));
    headers.set("x-death", { type: "array", value: [first] });
    return sortedTable(headers);
  }
  // A client that sends a message on may have made a string of it.
  if (before.type !== "array") {
    headers.set("x-death", { type: "array", value: [first] });
    return sortedTable(headers);
  }
  const isSame = (death: FieldValue) =>
    textOf(death, "queue") === queue && textOf(death, "reason") === reason;
  const deaths = grouped(before.value);
  const same = deaths.find(isSame);
  const counted = same?.type === "table" ? again(same.value) : first.value;
  headers.set("x-death", {
    type: "array",
    value: [
      { type: "table", value: sortedTable(counted) },
      ...deaths.filter((death) => !isSame(death)),
    ],
  });
  return sortedTable(headers);
}

/** The same death once more: all but the number stays as it was the first time. */
function again(entry: FieldTable): FieldTable {
  const count = entry.get("count");
  const before = count !== undefined && "value" in count ? Number(count.value) : 0;
  return new Map([...entry, ["count", long(before + 1)]]);
}

/** One for each queue and reason. RabbitMQ turns them around on the way, where there are several. */
function grouped(deaths: readonly FieldValue[]): FieldValue[] {
  if (deaths.length < 2) return [...deaths];
  const keyOf = (death: FieldValue) =>
    JSON.stringify([textOf(death, "queue"), textOf(death, "reason")]);
  const byKey = new Map<string, FieldValue[]>();
  for (const death of deaths) {
    const key = keyOf(death);
    byKey.set(key, [...(byKey.get(key) ?? []), death]);
  }
  return [...byKey.values()]
    .map((same): FieldValue => {
      const [death] = same as [FieldValue];
      return death.type !== "table" || death.value.has("count")
        ? death
        : { type: "table", value: new Map([["count", long(same.length)], ...death.value]) };
    })
    .toReversed();
}

function textOf(death: FieldValue, name: string): string | undefined {
  const field = death.type === "table" ? death.value.get(name) : undefined;
  return field?.type === "longstr" ? field.value.toString() : undefined;
}

/** By name, as RabbitMQ sorts a table when it sets a field. */
export function sortedTable(
  fields: Iterable<readonly [string, FieldValue]>,
): Map<string, FieldValue> {
  return new Map([...fields].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function text(value: string): FieldValue {
  return { type: "longstr", value: Buffer.from(value) };
}

function long(value: number): FieldValue {
  return { type: "long", value };
}
