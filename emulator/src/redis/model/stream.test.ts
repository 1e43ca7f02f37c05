import { expect, test } from "vitest";
import { Group } from "./stream-group.ts";
import { formatId, LARGEST_ID, SMALLEST_ID, type StreamId } from "./stream-ids.ts";
import { Stream } from "./stream.ts";

const id = (ms: number): StreamId => ({ ms, seq: 0 });

function streamOf(count: number, value = "v"): Stream {
  const stream = new Stream();
  for (let ms = 1; ms <= count; ms++) stream.add(id(ms), ["field", value]);
  return stream;
}

const length = (stream: Stream) => stream.range(SMALLEST_ID, LARGEST_ID, 10_000).length;

test("what is trimmed about goes by whole nodes, as many as the limit allows", () => {
  const stream = streamOf(450);
  expect(stream.nodes).toBe(5);
  expect(stream.trim({ to: 120, approximately: { limit: 0 } })).toHaveLength(300);
  expect(stream.trim({ to: 0, approximately: { limit: 99 } })).toEqual([]);
  expect(stream.trim({ to: 0, approximately: { limit: 100 } })).toHaveLength(100);
  expect(stream.trim({ to: id(430), approximately: null })).toHaveLength(29);
  expect([length(stream), formatId(stream.first!)]).toEqual([21, "430-0"]);
});

test("long entries make nodes of fewer", () => {
  expect(streamOf(100, "v".repeat(1000)).nodes).toBe(25);
});

test("how far a group lags is known until a deleted entry is before it", () => {
  const stream = streamOf(5);
  const group = new Group("g", SMALLEST_ID, null);
  expect(group.lag(stream)).toBe(5);
  for (const entry of stream.after(group.lastId, 2)) group.advance(entry, stream);
  expect([group.entriesRead, group.lag(stream)]).toEqual([2, 3]);
  stream.delete(id(4));
  expect(group.lag(stream)).toBeNull();
  for (const entry of stream.after(group.lastId, 9)) group.advance(entry, stream);
  expect([group.entriesRead, group.lag(stream)]).toEqual([5, 0]);
});

test("a copy and a restored snapshot go on like the first, with groups and what is pending", () => {
  const stream = streamOf(3);
  const group = new Group("g", id(2), 2);
  stream.groups.set("g", group);
  group.assign(stream.get(id(1))!, group.addConsumer("c", 10), 20, 3);
  stream.delete(id(2));
  for (const other of [stream.copy(), Stream.restore(structuredClone(stream.snapshot()))]) {
    expect(other.snapshot()).toEqual(stream.snapshot());
    other.groups.get("g")!.settle(id(1));
    expect(other.idAt(0)).toEqual({ ms: 3, seq: 1 });
  }
  expect(group.pending.size).toBe(1);
  expect(group.consumers.get("c")!.pending.size).toBe(1);
});

test("times of a restored snapshot move with the clock", () => {
  const stream = streamOf(1);
  const group = new Group("g", id(1), 1);
  stream.groups.set("g", group);
  group.assign(stream.get(id(1))!, group.addConsumer("c", 10), 20, 1);
  const restored = Stream.restore(stream.snapshot(), 1000).groups.get("g")!;
  expect(restored.pending.first?.delivered).toBe(1020);
  expect(restored.consumers.get("c")).toMatchObject({ seen: 1010, active: -1 });
});
