import { expect, test } from "vitest";
import { Clients } from "./clients.ts";
import { Expected } from "./deliveries.ts";

test("a session goes on until it is cleaned or forgotten", () => {
  const clients = new Clients();
  const first = clients.state("me", false);
  first.filters.add("a/+");
  expect(clients.state("me", false)).toBe(first);
  const second = clients.state("me", true);
  expect(second).not.toBe(first);
  // The older connection closes late: it has nothing to forget any more.
  clients.forget("me", first);
  expect(clients.state("me", false)).toBe(second);
  clients.forget("me", second);
  expect(clients.state("me", false)).not.toBe(second);
});

test("clients without an id share nothing", () => {
  const clients = new Clients();
  expect(clients.state("", false)).not.toBe(clients.state("", false));
});

test("a topic came by the subscription that names it, else by one that matches", () => {
  const state = new Clients().state("me", true);
  for (const filter of ["a/+", "a/b"]) state.filters.add(filter);
  expect(["a/b", "a/c", "b"].map((topic) => state.patternOf(topic))).toEqual([
    "a/b",
    "a/+",
    undefined,
  ]);
});

test("packets find their messages by topic and payload, the oldest first", () => {
  const expected = new Expected();
  const add = (message: number, topic: string, payload: string) =>
    expected.add({ message, topic, payload: Buffer.from(payload) });
  add(1, "a", "x");
  add(2, "b", "x");
  add(3, "a", "x");
  add(4, "a", "y");
  const take = (topic: string, payload: string) => expected.take(topic, Buffer.from(payload));
  expect([take("a", "y"), take("a", "x"), take("a", "x"), take("a", "x"), take("b", "x")]).toEqual([
    4,
    1,
    3,
    undefined,
    2,
  ]);
});
