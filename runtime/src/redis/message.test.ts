import { expect, test } from "vitest";
import { readChannel, readEntry, readList, writeMessage } from "./message.ts";

const answer = async () => {};
const message = { payload: Buffer.from("{}"), headers: { tenant: "Zoë" }, key: "k" };

test("a message is read as it was written, its key and its reply channel too", async () => {
  const data = writeMessage(message, "binary", "millrace.replies.1");
  const sent: unknown[] = [];
  const read = readChannel({ channel: "orders", data }, async (...given) => void sent.push(given));
  expect(read).toMatchObject({ address: "orders", key: "k", attempt: 1 });
  expect(read.headers).toMatchObject({ tenant: "Zoë" });
  expect(Buffer.from(read.payload).toString()).toBe("{}");
  const reply = { payload: Buffer.from("1"), headers: {} };
  await read.respond?.(reply);
  expect(sent).toEqual([["millrace.replies.1", reply]]);
});

test("a message that nobody waits for an answer to has no `respond`", () => {
  const data = writeMessage(message, "json");
  expect(readList({ list: "jobs", data }, answer).respond).toBeUndefined();
});

test("a message of another client is its bytes", () => {
  const read = readList({ list: "jobs", data: Buffer.from("raw") }, answer);
  expect(read).toMatchObject({ address: "jobs", headers: {}, attempt: 1 });
  expect(Buffer.from(read.payload).toString()).toBe("raw");
});

test("a stream's entry has its envelope in __data__, or is an object of its fields", () => {
  const fields = (...pairs: [string, Buffer | string][]) =>
    pairs.map(([name, value]) => [Buffer.from(name), Buffer.from(value)] as const);
  const ours = {
    stream: "s",
    id: "1-0",
    fields: fields(["__data__", writeMessage(message, "binary")]),
  };
  expect(readEntry(ours, answer)).toMatchObject({ address: "s", id: "1-0", key: "k", raw: ours });
  const other = { stream: "s", id: "2-0", fields: fields(["id", "7"], ["name", "Zoë"]) };
  const read = readEntry(other, answer);
  expect(read.headers).toEqual({ "content-type": "application/json" });
  expect(JSON.parse(Buffer.from(read.payload).toString())).toEqual({ id: "7", name: "Zoë" });
});

test("FastStream's message id is the message's", () => {
  const data = writeMessage({ ...message, headers: { message_id: "m-1" } }, "binary");
  expect(readChannel({ channel: "c", data }, answer).id).toBe("m-1");
});
