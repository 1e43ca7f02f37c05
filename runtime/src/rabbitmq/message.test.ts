import { expect, test } from "vitest";
import { PublishError } from "../errors.ts";
import { Attempts } from "./attempts.ts";
import type { ConsumeMessage } from "./driver.ts";
import { readMessage, writeProperties } from "./message.ts";

function received(properties: object, fields: object = {}): ConsumeMessage {
  return {
    content: Buffer.from("{}"),
    fields: { routingKey: "orders.1", redelivered: false, ...fields },
    properties,
  } as unknown as ConsumeMessage;
}

test("content type and correlation id are properties, the rest goes into the headers table", () => {
  const written = writeProperties({
    headers: { "content-type": "application/json", correlation_id: "c", tenant: "Zoë" },
    key: "k",
  });
  expect(written).toEqual({
    persistent: true,
    messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    contentType: "application/json",
    correlationId: "c",
    headers: { tenant: "Zoë", "millrace-key": "k" },
  });
  expect(readMessage(received(written), 2)).toMatchObject({
    address: "orders.1",
    attempt: 2,
    id: written.messageId,
    key: "k",
    headers: { "content-type": "application/json", correlation_id: "c", tenant: "Zoë" },
  });
});

test("a correlation id that is too long for a property travels in the table, and the table comes first", () => {
  const long = "c".repeat(256);
  const written = writeProperties({ headers: { correlation_id: long } });
  expect(written.correlationId).toBeUndefined();
  expect(readMessage(received({ ...written, correlationId: "short" }), 1).headers).toEqual({
    correlation_id: long,
  });
});

test("options are properties; a delay is a header; times are seconds", () => {
  expect(
    writeProperties(
      { headers: {} },
      {
        persistent: false,
        messageId: "m",
        timestamp: new Date(1500),
        delay: 100,
        CC: ["a"],
        priority: 3,
        expiration: 20,
      },
    ),
  ).toEqual({
    persistent: false,
    messageId: "m",
    timestamp: 1,
    CC: ["a"],
    priority: 3,
    expiration: 20,
    headers: { "x-delay": 100 },
  });
  for (const options of [
    { priority: 300 },
    { priority: 1.5 },
    { expiration: -1 },
    { delay: Number.NaN },
  ])
    expect(() => writeProperties({ headers: {} }, options)).toThrow(PublishError);
});

test("attempts: the quorum queue's count, else what was sent back here, at least two when redelivered", () => {
  const attempts = new Attempts(() => "jobs");
  expect(attempts.of(received({ messageId: "a" }))).toBe(1);
  expect(attempts.of(received({}, { redelivered: true }))).toBe(2);
  expect(attempts.of(received({ headers: { "x-delivery-count": 4 } }, { redelivered: true }))).toBe(
    5,
  );

  const message = received({ messageId: "b" });
  attempts.remember(message);
  const again = received({ messageId: "b" }, { redelivered: true });
  expect(attempts.of(again)).toBe(2);
  attempts.remember(again);
  expect(attempts.of(again)).toBe(3);
  attempts.forget(again);
  expect(attempts.of(again)).toBe(2);
});

test("attempts: what this queue rejected and got back counts, what expired or died elsewhere does not", () => {
  const attempts = new Attempts(() => "jobs");
  const deaths = [
    { queue: "wait", reason: "expired", count: 2 },
    { queue: "jobs", reason: "rejected", count: 2 },
    { queue: "jobs", reason: "expired", count: 7 },
    { queue: "other", reason: "rejected", count: 9 },
  ];
  expect(attempts.of(received({ headers: { "x-death": deaths } }))).toBe(3);
});

test("attempts: no more than so many messages are remembered", () => {
  const attempts = new Attempts(() => "jobs");
  for (let id = 0; id <= 10_000; id++) {
    const message = received({ messageId: String(id) });
    attempts.remember(message);
    if (id % 5000 === 0) attempts.remember(message);
  }
  expect(attempts.of(received({ messageId: "0" }))).toBe(1);
  expect(attempts.of(received({ messageId: "5000" }))).toBe(3);
});
