import { expect, test } from "vitest";
import { argumentsOf } from "./command-arguments.ts";

test("one of several, which may be left out, and words before what they are of", () => {
  const [key, condition, change, expiry] = argumentsOf(
    "key [(NX|XX):condition] [CH=change] [EX seconds:integer]",
  );
  expect(key).toEqual({ name: "key", type: "key", display: "key", flags: [] });
  expect(condition).toMatchObject({ name: "condition", type: "oneof", flags: ["optional"] });
  expect(condition?.inner?.map(({ name, token }) => [name, token])).toEqual([
    ["nx", "NX"],
    ["xx", "XX"],
  ]);
  expect(change).toMatchObject({ name: "change", type: "pure-token", token: "CH" });
  expect(expiry).toMatchObject({ name: "seconds", type: "integer", token: "EX" });
});

test("several together, each time with their word, and words that are not in capitals", () => {
  const [get, unit, store, id] = argumentsOf(
    "[GET (encoding offset:integer):get-block**] ('m'|'km'):unit STORE storekey:key~key ID:string*",
  );
  expect(get).toMatchObject({
    name: "get-block",
    type: "block",
    token: "GET",
    flags: ["optional", "multiple", "multiple_token"],
    inner: [
      { name: "encoding", type: "string" },
      { name: "offset", type: "integer" },
    ],
  });
  expect(unit?.inner?.map(({ token }) => token)).toEqual(["m", "km"]);
  expect(store).toMatchObject({ name: "storekey", type: "key", token: "STORE", display: "key" });
  expect(id).toMatchObject({ name: "ID", type: "string", flags: ["multiple"] });
});
