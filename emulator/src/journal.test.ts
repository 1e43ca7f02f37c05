import { expect, test } from "vitest";
import { createClock } from "./clock.ts";
import { createJournal, type JournalEntry, type JournalRun } from "./journal.ts";

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

/** Of events with the payloads 0, 1, 2 … */
const run = (count: number, size = count): JournalRun => ({
  count,
  size,
  eventAt(index) {
    const { content, ...about } = entry(String(index));
    return { ...about, ...content.read() };
  },
});

const told = (events: readonly { seq: number; payload: Uint8Array }[]) =>
  events.map(({ seq, payload }) => `${seq}:${Buffer.from(payload).toString()}`);

test("a run is as many events, each with its number", () => {
  const journal = createJournal(createClock());
  const heard: string[] = [];
  journal.subscribe((event) => heard.push(...told([event])));
  journal.record(entry("a"));
  journal.recordRun(run(3));
  journal.record(entry("b"));
  expect(heard).toEqual(["1:a", "2:0", "3:1", "4:2", "5:b"]);
  expect(told(journal.since(0))).toEqual(heard);
  expect(told(journal.since(3))).toEqual(["4:2", "5:b"]);
});

test("the number of events is bounded within a run, too", () => {
  const journal = createJournal(createClock(), { events: 4 });
  journal.recordRun(run(3));
  journal.recordRun(run(3));
  expect(told(journal.since(0))).toEqual(["3:2", "4:0", "5:1", "6:2"]);
  journal.recordRun(run(7));
  expect(told(journal.since(0))).toEqual(["10:3", "11:4", "12:5", "13:6"]);
  for (const payload of ["a", "b", "c"]) journal.record(entry(payload));
  expect(told(journal.since(0))).toEqual(["13:6", "14:a", "15:b", "16:c"]);
  journal.clear();
  expect(journal.since(0)).toEqual([]);
});

test("a run keeps all its bytes until its last event goes, and goes as a whole where they are too many", () => {
  const journal = createJournal(createClock(), { events: 4, bytes: 10 });
  journal.recordRun(run(4, 8));
  for (const payload of ["a", "b"]) journal.record(entry(payload));
  expect(told(journal.since(0))).toEqual(["3:2", "4:3", "5:a", "6:b"]);
  journal.record(entry("c"));
  expect(told(journal.since(0))).toEqual(["5:a", "6:b", "7:c"]);
  journal.recordRun(run(2, 100));
  expect(told(journal.since(0))).toEqual(["8:0", "9:1"]);
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
