import { expect, test } from "vitest";
import { AddressError, DeclarationError } from "../errors.ts";
import { list, pattern, RedisBroker, stream } from "./index.ts";

const declare = (on: string | object, options: object = {}) =>
  new RedisBroker().subscriber(on as never, options as never, async () => {});

test.each([
  [() => declare("a.*"), 'pattern("logs.*")'],
  [() => declare("a:*"), 'pattern("logs.*")'],
  [() => declare("a", { group: "g" }), 'use stream("a", { group })'],
  [() => declare(list("l"), { group: "g" }), "a list is shared by all its subscribers"],
  [() => declare(list("l.{id}")), "a list is read by its name"],
  [() => declare(list("l", { rejected: "x" })), "rejected, which only a reliable list has"],
  [() => declare(stream("s.{id}", { group: "g" })), "a stream is read by its name"],
  [() => declare(stream("s", { minIdle: 5 })), "minIdle, which only a stream with a group has"],
  [() => declare(stream("s", { group: "g", minIdle: 0 })), "minIdle 0: give a number from 1"],
  [() => declare(stream("s", { maxLength: 1, minId: "0" })), "maxLength and minId"],
  [() => new RedisBroker({ url: "redis://a", cluster: ["b:1"] }), "url and cluster"],
  [() => new RedisBroker({ cluster: ["b:1"], database: 2 }), "cluster and database 2"],
])("what cannot be is an error that names it: %#", (act, text) => {
  expect(act).toThrow(DeclarationError);
  expect(act).toThrow(text);
});

test("a pattern below a prefix matches what is below it, whatever the prefix is called", () => {
  const broker = new RedisBroker();
  const below = broker.router("a*.").subscriber(pattern("?"), {}, async () => {});
  expect(below.address).toBe("a\\*.?");
  expect(() => declare(pattern(""))).toThrow(AddressError);
});

test("the group is the stream's; a list is a group of its own", () => {
  expect(declare(stream("s", { group: "g" })).group).toBe("g");
  expect(declare(stream("s")).group).toBeUndefined();
  expect(declare(list("l")).group).toBe("l");
  expect(declare("c").group).toBeUndefined();
});
