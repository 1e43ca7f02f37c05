import { expect, test } from "vitest";
import { type ConfMap, type ConfValue, parseConf } from "./syntax.ts";

const files: Record<string, string> = { "more.conf": 'password: "s3cret"\nuser: $NAME' };

function parse(text: string): unknown {
  return plain(
    parseConf(text, "test.conf", {
      include: (name) => {
        const found = files[name];
        if (found === undefined) throw new Error(`no such file: ${name}`);
        return { file: name, text: found };
      },
      environment: { PORT: "4333", SIZE: "2kb" },
    }),
  );
}

function plain(value: ConfMap | ConfValue["value"]): unknown {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([name, { value: inner }]) => [name, plain(inner)]));
  return Array.isArray(value) ? value.map((each: ConfValue) => plain(each.value)) : value;
}

test.each<[string, unknown]>([
  ["", {}],
  ["port: 4222", { port: 4222 }],
  ["port = 4222; host 127.0.0.1", { port: 4222, host: "127.0.0.1" }],
  ['{"port": -1, "list": ["a", "b"]}', { port: -1, list: ["a", "b"] }],
  ["http: 127.0.0.1:-1\nport:-1", { http: "127.0.0.1:-1", port: -1 }],
  ["max: 1k\nmin: 1kb\nbig: 2GiB\ntime: 2s", { max: 1000, min: 1024, big: 2 ** 31, time: "2s" }],
  ["a: yes, b: off\nc: true", { a: true, b: false, c: true }],
  ["a { b { c: d } }\ne [ 1, 2\n 3 ]", { a: { b: { c: "d" } }, e: [1, 2, 3] }],
  ["# one\na: 1 # two\n// three\nb: nats://x // four", { a: 1, b: "nats://x" }],
  [`a: "x\\ty\\x41"\nb: 'x\\t'`, { a: "x\tyA", b: "x\\t" }],
  ["a: (\n  one\n  two\n)\nb: 1", { a: "  one\n  two\n", b: 1 }],
  ["NAME: joe\na { user: $NAME }\nport: $PORT\nsize: $SIZE", parseResult()],
  ["NAME: joe\na { include more.conf }", { NAME: "joe", a: { password: "s3cret", user: "joe" } }],
  ["pass: $2a$11$abc", { pass: "$2a$11$abc" }],
  ["users [\n {user: a, password: b}\n {user: c}\n]", usersResult()],
])("reads %j", (text, expected) => {
  expect(parse(text)).toEqual(expected);
});

function parseResult() {
  return { NAME: "joe", a: { user: "joe" }, port: 4333, size: 2048 };
}

function usersResult() {
  return { users: [{ user: "a", password: "b" }, { user: "c" }] };
}

test.each([
  ["a {\n b: 1", 'test.conf:2:6: "}" is missing at the end of the file'],
  ["a [1", 'test.conf:1:5: "]" is missing at the end of the file'],
  ['a: "x', 'test.conf:1:4: the closing " is missing'],
  ["x: 1\n a: $NOPE", "test.conf:2:5: variable reference for 'NOPE' can not be found"],
  ["include nope.conf", "test.conf:1:1: no such file: nope.conf"],
  ["a: 1 }", 'test.conf:1:6: expected a key, not "}"'],
  ["a:", "test.conf:1:3: a value is missing at the end of the file"],
  ["[".repeat(3), 'test.conf:1:1: expected a key, not "["'],
  [`a ${"[".repeat(200)}`, "nested more than 100 deep"],
])("says what is wrong with %j", (text, reason) => {
  expect(() => parse(text)).toThrow(reason);
});
