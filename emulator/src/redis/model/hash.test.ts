import { beforeEach, expect, test } from "vitest";
import { type Clock, createClock } from "../../clock.ts";
import { createFaultEngine } from "../../fault-engine.ts";
import { createJournal } from "../../journal.ts";
import { Hash } from "./hash.ts";
import type { Keyspace } from "./keyspace.ts";
import { Redis } from "./redis.ts";

let clock: Clock;
let db: Keyspace;
let other: Keyspace;

beforeEach(() => {
  clock = createClock();
  const journal = createJournal(clock);
  const redis = new Redis({
    clock,
    journal,
    faults: createFaultEngine(),
    auth: null,
    maxPayload: 1e6,
    log: () => {},
  });
  [db, other] = redis.keyspaces as [Keyspace, Keyspace];
});

/** A hash under `cart`, whose fields live for so many ms. */
function cart(fields: Readonly<Record<string, number>>): Hash {
  const hash = db.collectionOrNew("cart", Hash);
  for (const [name, ms] of Object.entries(fields)) {
    hash.set(name, "1");
    const field = hash.field(name);
    if (field !== undefined && ms !== Infinity) hash.setExpiry(field, clock.now() + ms);
  }
  return hash;
}

const names = (hash: Hash) => Array.from(hash.fields(), ({ name }) => name);

test("fields go when their time is over, and the key with the last of them", () => {
  const hash = cart({ apple: 1000, pear: 2000 });
  clock.advance(1000);
  expect(names(hash)).toEqual(["pear"]);
  clock.advance(1000);
  expect(db.has("cart")).toBe(false);
});

test("a field that is set anew lives for ever, unless its deadline is kept", () => {
  const hash = cart({ apple: 1000, pear: 1000 });
  hash.set("apple", "2");
  hash.set("pear", "2", true);
  clock.advance(1000);
  expect(names(hash)).toEqual(["apple"]);
});

test("a hash that comes under another key or database keeps its deadlines", () => {
  const hash = cart({ apple: 1000, pear: Infinity });
  db.remove("cart");
  db.set("basket", hash);
  db.exchange(other);
  clock.advance(1000);
  expect(names(hash)).toEqual(["pear"]);
  expect(other.has("basket")).toBe(true);
});

test("a copy and what a snapshot restores have the deadlines, too", () => {
  const hash = cart({ apple: 1000, pear: Infinity });
  db.set("copy", hash.copy());
  other.set("cart", Hash.restore(structuredClone(hash.snapshot())));
  clock.advance(1000);
  for (const found of [db.collection("copy", Hash), other.collection("cart", Hash)])
    expect(found && names(found)).toEqual(["pear"]);
});

test("what is gone leaves no deadline behind", () => {
  cart({ apple: 1000, pear: 1000 }).delete("pear");
  expect(db.inner.size).toBe(1);
  db.clear();
  expect(db.inner.size).toBe(0);
});
