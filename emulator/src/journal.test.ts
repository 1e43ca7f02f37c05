import { expect, test } from "vitest";
import { createClock } from "./clock.ts";
import { createJournal, type JournalEntry } from "./journal.ts";

const entry = (payload = "x"): JournalEntry => ({
  kind: "published",
  protocol: "nats",
  channel: "a",
  message: 1,
  client: null,
  content: {
    size: payload.length,
    read: () => ({ headers: {}, payload: Buffer.from(payload) }),
  },
});

test("numbers events and tells them to listeners until they stop", () => {
  const journal = createJournal(createClock());
  const heard: number[] = [];
  const stop = journal.subscribe((event) => heard.push(event.seq));
  journal.record(entry());
  journal.record(entry());
  stop();
  journal.record(entry());
  expect(heard).toEqual([1, 2]);
  expect(journal.since(1).map(({ seq }) => seq)).toEqual([2, 3]);
});

test("keeps only so many events", () => {
  const journal = createJournal(createClock(), { events: 10 });
  for (let index = 0; index < 105; index++) journal.record(entry());
  expect(journal.since(0).map(({ seq }) => seq)).toEqual([
    96, 97, 98, 99, 100, 101, 102, 103, 104, 105,
  ]);
  expect(journal.since(103).map(({ seq }) => seq)).toEqual([104, 105]);
  expect(journal.since(1000)).toEqual([]);
});

test("keeps only so many bytes, and the last event whatever its size", () => {
  const journal = createJournal(createClock(), { bytes: 10 });
  for (const payload of ["1234", "5678", "90ab"]) journal.record(entry(payload));
  expect(journal.since(0).map(({ payload }) => Buffer.from(payload).toString())).toEqual([
    "5678",
    "90ab",
  ]);
  journal.record(entry("much more than ten"));
  expect(journal.since(0)).toHaveLength(1);
});

test("forgets the events but goes on counting", () => {
  const journal = createJournal(createClock());
  journal.record(entry());
  journal.clear();
  expect(journal.since(0)).toEqual([]);
  journal.record(entry());
  expect(journal.since(0).map(({ seq }) => seq)).toEqual([2]);
  expect([journal.nextMessage(), journal.nextMessage()]).toEqual([1, 2]);
});
