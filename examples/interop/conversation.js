/** What the two services say to each other in one mode of a broker, and what must come out of it. */
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

/**
 * @import { Body, Message, Order } from "./peer.js"
 * @typedef {{ order(order: Order): Promise<Message | undefined>, hears(mode: string, at: string, mark: string): Promise<Message> }} Service
 * @typedef {"py→ts" | "ts→py" | "headers" | "correlation id" | "request py→ts" | "request ts→py"} Column
 * @typedef {{ checks: number, differences: string[] }} Cell
 * @typedef {Record<Column, Cell>} Row
 * @typedef {{ asciiNames?: boolean, oneWay?: boolean }} Facts `asciiNames`: header names beyond ASCII cannot travel.
 *   `oneWay`: nobody asks there.
 */

/** @type {readonly Column[]} */
export const columns = [
  "py→ts",
  "ts→py",
  "headers",
  "correlation id",
  "request py→ts",
  "request ts→py",
];

/** Requests in flight at once, each way. */
const REQUESTS = 5;

const headers = { plain: "abc", tenant: "Zoë ☃", crop: "🌾 9 €", empty: "" };

/**
 * @param {string} mode @param {{ py: Service, ts: Service }} services @param {Facts} facts
 * @returns {Promise<Row>}
 */
export async function converse(mode, services, { asciiNames, oneWay }) {
  const cells = columns.map((column) => [column, { checks: 0, differences: [] }]);
  /** @type {Row} */
  const row = Object.fromEntries(cells);
  const sent = asciiNames ? headers : { ...headers, größe: "XL" };
  for (const [from, to] of /** @type {const} */ ([
    ["py", "ts"],
    ["ts", "py"],
  ])) {
    const exchange = { row, mode, from, to, sender: services[from], receiver: services[to], sent };
    for (const kind of /** @type {const} */ (["json", "text", "bytes"])) await note(exchange, kind);
    if (!oneWay) await ask(exchange);
  }
  return row;
}

/**
 * @typedef {{ row: Row, mode: string, from: "py" | "ts", to: "py" | "ts", sender: Service, receiver: Service, sent: Record<string, string> }} Exchange
 */

/** One message; the receiver passes something on, back to the sender, which must carry the same correlation id. @param {Exchange} exchange @param {Body["kind"]} kind */
async function note({ row, mode, from, to, sender, receiver, sent }, kind) {
  const mark = randomUUID();
  const body = bodyOf(kind, mark);
  const correlationId = `${mark}-ü`;
  const column = /** @type {Column} */ (`${from}→${to}`);
  const what = `${from}→${to}, ${kind}`;
  await attempt(row[column], what, async () => {
    await sender.order({ do: "note", mode, body, headers: sent, correlationId });
    const arrived = await receiver.hears(mode, `to-${to}`, mark);
    compare(row[column], `${what}: the body`, body, arrived.body);
    compareHeaders(row.headers, what, sent, arrived);
    compare(row["correlation id"], what, correlationId, arrived.correlationId);
    const back = await sender.hears(
      mode,
      `seen-by-${to}`,
      body.kind === "bytes" ? body.value : mark,
    );
    compare(row["correlation id"], `${what}, passed on`, correlationId, back.correlationId);
  });
}

/** Requests in flight together: first with a correlation id each, then all with the same, as one handler would send them. @param {Exchange} exchange */
async function ask({ row, mode, from, to, sender, receiver, sent }) {
  const column = /** @type {Column} */ (`request ${from}→${to}`);
  const chain = `${randomUUID()}-ü`;
  const own = Array.from({ length: REQUESTS }, () => `${randomUUID()}-ü`);
  for (const ids of [own, own.map(() => chain)]) {
    await Promise.all(
      ids.map((correlationId, number) =>
        attempt(row[column], `request ${number}`, async () => {
          const mark = randomUUID();
          const body = /** @type {const} */ ({ kind: "json", value: { number, text: mark } });
          const answer = await sender.order({
            do: "ask",
            mode,
            body,
            headers: sent,
            correlationId,
          });
          const asked = await receiver.hears(mode, `ask-${to}`, mark);
          const name = to === "py" ? "Python" : "TypeScript";
          const expected = {
            kind: "json",
            value: { number: number * 2, text: `${mark} — från ${name}` },
          };
          compare(row[column], "the answer", expected, answer?.body);
          compareHeaders(row.headers, `request ${from}→${to}`, sent, asked);
          // An asker may have to tell requests of one chain apart by other ids; whoever has but one must keep it.
          if (correlationId === chain) return;
          compare(
            row["correlation id"],
            `request ${from}→${to}`,
            correlationId,
            asked.correlationId,
          );
          if (answer?.correlationId !== undefined)
            compare(row["correlation id"], "its answer", correlationId, answer.correlationId);
        }),
      ),
    );
  }
}

/** @param {Body["kind"]} kind @param {string} mark @returns {Body} */
function bodyOf(kind, mark) {
  if (kind === "json") return { kind, value: { mark, city: "Köln ☃", list: [1.5, true, null] } };
  if (kind === "text") return { kind, value: `naïve 🌾 ${mark}` };
  const bytes = Buffer.concat([Buffer.from([0, 255, 128, 123]), Buffer.from(mark)]);
  return { kind, value: bytes.toString("base64") };
}

/** @param {Cell} cell @param {string} what @param {() => Promise<void>} work */
async function attempt(cell, what, work) {
  try {
    await work();
  } catch (error) {
    cell.checks++;
    cell.differences.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Others may have come along: a trace, a content type. @param {Cell} cell @param {string} what @param {Record<string, string>} sent @param {Message} arrived */
function compareHeaders(cell, what, sent, arrived) {
  for (const [name, value] of Object.entries(sent))
    compare(cell, `${what}: header ${name}`, value, arrived.headers?.[name]);
}

/** @param {Cell} cell @param {string} what @param {unknown} sent @param {unknown} arrived */
function compare(cell, what, sent, arrived) {
  cell.checks++;
  if (isDeepStrictEqual(sent, arrived)) return;
  cell.differences.push(`${what}: ${JSON.stringify(sent)} became ${JSON.stringify(arrived)}`);
}
