import { expect, test } from "vitest";
import { columns, converse, type Service } from "./conversation.js";
import type { Message, Order } from "./peer.js";

/** Two services that understand each other, but for what `mangle` does to each message on its way to `to`. */
function services(mangle: (message: Message, to: "py" | "ts") => Message = (message) => message) {
  const heard: Record<"py" | "ts", Message[]> = { py: [], ts: [] };
  const names = { py: "Python", ts: "TypeScript" };
  const service = (own: "py" | "ts", other: "py" | "ts"): Service => ({
    async order({ do: what, body, headers, correlationId }: Order) {
      const message = mangle({ body, headers, correlationId }, other);
      heard[other].push(message);
      if (what === "note") {
        heard[own].push(mangle({ body, correlationId: message.correlationId }, own));
        return undefined;
      }
      const { number, text } = body.value as { number: number; text: string };
      const value = { number: number * 2, text: `${text} — från ${names[other]}` };
      return mangle({ body: { kind: "json", value }, correlationId: message.correlationId }, own);
    },
    async hears(_mode, _at, mark) {
      const text = ({ body }: Message) =>
        body.kind === "bytes"
          ? body.value + Buffer.from(String(body.value), "base64").toString("latin1")
          : JSON.stringify(body.value);
      const found = heard[own].find((message) => text(message).includes(mark));
      if (found === undefined) throw new Error("nothing came");
      return found;
    },
  });
  return { py: service("py", "ts"), ts: service("ts", "py") };
}

/** The columns in which something differs. */
async function differing(mangle?: Parameters<typeof services>[0]): Promise<string[]> {
  const row = await converse("memory", services(mangle), {});
  expect(columns.every((column) => row[column].checks > 0)).toBe(true);
  return columns.filter((column) => row[column].differences.length > 0);
}

test("nothing differs where nothing is changed", async () => {
  expect(await differing()).toEqual([]);
});

test("where nobody asks, nothing is asked", async () => {
  const row = await converse("memory", services(), { oneWay: true });
  const unused = columns.filter((column) => row[column].checks === 0);
  expect(unused).toEqual(["request py→ts", "request ts→py"]);
});

test("a header that does not survive is found", async () => {
  expect(
    await differing(({ headers = {}, ...message }, to) => ({
      ...message,
      headers: to === "py" ? { ...headers, tenant: "Zo" } : headers,
    })),
  ).toEqual(["headers"]);
});

test("another correlation id is found", async () => {
  expect(await differing((message) => ({ ...message, correlationId: "other" }))).toEqual([
    "correlation id",
  ]);
});

test("text that became a JSON string is found on the way where it happened", async () => {
  expect(
    await differing(({ body, ...message }, to) => ({
      ...message,
      body: to === "ts" && body.kind === "text" ? { ...body, kind: "json" } : body,
    })),
  ).toEqual(["py→ts"]);
});

test("a wrong answer is found, and one that does not come", async () => {
  expect(
    await differing(({ body, ...message }, to) => {
      const value = body.value as { number?: number };
      if (to === "ts" && value.number === 4) throw new Error("lost");
      return {
        ...message,
        body: to === "py" && value.number === 8 ? { ...body, value: { number: 9 } } : body,
      };
    }),
  ).toEqual(["request py→ts", "request ts→py"]);
});
