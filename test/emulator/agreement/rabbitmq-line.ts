/** The words of a line as AMQP's fields, properties and values. */
import { layoutOf, PROPERTIES } from "../amqp-layouts.ts";
import { type Fields, type Tabled, Typed } from "../amqp-values.ts";
import type { ChannelState } from "./rabbitmq-channel.ts";

/** Null where there is nothing to settle. */
export function fieldsOf(
  name: string,
  words: readonly string[],
  channel: ChannelState,
  actual: (text: string) => string,
): Fields | null {
  const fields: Record<string, Tabled> = {};
  const table: Record<string, Tabled> = {};
  const layout = layoutOf(name).fields.filter(([field]) => field !== "ticket");
  const open = layout.filter(([, kind]) => kind !== "bit" && kind !== "table");
  const flags = new Map(
    layout.filter(([, kind]) => kind === "bit").map(([field]) => [kebab(field), field]),
  );
  const hasTable = layout.some(([, kind]) => kind === "table");
  let next = 0;
  for (const word of words) {
    const flag = flags.get(word);
    const equals = word.indexOf("=");
    if (flag !== undefined) fields[flag] = true;
    else if (equals > 0 && hasTable) table[word.slice(0, equals)] = read(word.slice(equals + 1));
    else if (equals <= 0) {
      const [field = "", kind] = open[next++] ?? [];
      fields[field] = kind === "shortstr" ? actual(word) : word;
    }
  }
  if (hasTable) fields["arguments"] = table;
  const which = fields["deliveryTag"];
  if (typeof which !== "string") return fields;
  const tag = settle(channel, which, fields["multiple"] === true);
  return tag === null ? null : { ...fields, deliveryTag: tag };
}

/** Which delivery tag to send; it counts as settled then. */
function settle(channel: ChannelState, which: string, multiple: boolean): number | null {
  if (which === "bad") return 4321;
  if (which === "all") {
    channel.unsettled = [];
    return 0;
  }
  const { unsettled } = channel;
  const index =
    which === "oldest" ? 0 : which === "newest" ? unsettled.length - 1 : Number(which) - 1;
  const chosen = unsettled[index % Math.max(unsettled.length, 1)];
  if (chosen === undefined) return null;
  // Which of two consumers got its message first is chance: up to one is up to all of its line.
  const tags = unsettled.filter(({ step }) => step === chosen.step).map(({ tag }) => tag);
  const tag = multiple ? Math.max(...tags) : chosen.tag;
  channel.unsettled = unsettled.filter((each) => (multiple ? each.tag > tag : each.tag !== tag));
  return tag;
}

/** Properties and body of a message. */
export function messageOf(
  words: readonly string[],
  actual: (text: string) => string,
): [Fields, string] {
  const properties: Record<string, Tabled> = {};
  const headers: Record<string, Tabled> = {};
  let body = "";
  for (const word of words) {
    const equals = word.indexOf("=");
    const name = word.slice(0, equals);
    const value = word.slice(equals + 1);
    const kind = PROPERTIES.find(([each]) => each === name)?.[1];
    if (name === "body") body = value;
    else if (name.startsWith("header.")) headers[name.slice(7)] = read(value);
    else if (kind !== undefined) properties[name] = kind === "shortstr" ? actual(value) : value;
  }
  return [{ ...properties, ...(Object.keys(headers).length > 0 ? { headers } : {}) }, body];
}

/** A value of a table. */
function read(text: string): Tabled {
  if (text === "void") return null;
  if (text === "true" || text === "false") return text === "true";
  if (/^-?\d+$/.test(text)) return Number(text);
  const [, type = "", value = ""] = /^([a-z]+):(.*)$/.exec(text) ?? [];
  if (type === "") return text;
  if (type === "text") return value;
  if (type === "list") return value === "" ? [] : value.split(",");
  if (type === "table") return { key: value };
  return new Typed(type, value);
}

export function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
