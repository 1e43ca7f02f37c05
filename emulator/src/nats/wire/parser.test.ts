import { expect, test } from "vitest";
import { seededRandom } from "../../random.ts";
import { type Command, Parser, type ParserLimits, WireError } from "./parser.ts";

const limits: ParserLimits = {
  maxPayload: () => 1000,
  maxControlLine: 64,
  headers: () => true,
  onlyConnect: () => false,
};

function parse(bytes: string | Uint8Array, given: Partial<ParserLimits> = {}): Command[] {
  const parser = new Parser({ ...limits, ...given });
  parser.push(Buffer.from(bytes));
  return all(parser);
}

function all(parser: Parser): Command[] {
  const commands: Command[] = [];
  for (let command = parser.next(); command !== null; command = parser.next())
    commands.push(command);
  return commands;
}

test.each<[string, object]>([
  ['CONNECT {"verbose":false}\r\n', { op: "connect", options: { verbose: false } }],
  ["PING\r\n", { op: "ping" }],
  ["pong\n", { op: "pong" }],
  ["SUB a 1\r\n", { op: "sub", subject: "a", sid: "1" }],
  ["SUB\ta.>  q \t1\r\n", { op: "sub", subject: "a.>", queue: "q", sid: "1" }],
  ["UNSUB 1\r\n", { op: "unsub", sid: "1", max: 0 }],
  ["UNSUB 1 5\r\n", { op: "unsub", sid: "1", max: 5 }],
  ["UNSUB 1 x\r\n", { op: "unsub", sid: "1", max: 0 }],
  ["PUB a 2\r\nhi\r\n", { op: "pub", subject: "a", payload: Buffer.from("hi") }],
  ["PUB a r 0\r\n\r\n", { op: "pub", subject: "a", reply: "r", payload: Buffer.alloc(0) }],
  [
    "HPUB a r 12 14\r\nNATS/1.0\r\n\r\nhi\r\n",
    {
      op: "pub",
      subject: "a",
      reply: "r",
      headers: Buffer.from("NATS/1.0\r\n\r\n"),
      payload: Buffer.from("hi"),
    },
  ],
  ["+OK\r\n", { op: "ignored" }],
  ["INFO {}\r\n", { op: "ignored" }],
])("reads %j", (text, command) => {
  expect(parse(text)).toEqual([command]);
});

test.each([
  "",
  "P",
  "PUB",
  "PUB a 2",
  "PUB a 2\r\n",
  "PUB a 2\r\nh",
  "PUB a 2\r\nhi",
  "PUB a 2\r\nhi\r",
  "CONNECT {",
  "-ERR",
])("waits for more after %j", (text) => {
  expect(parse(text)).toEqual([]);
});

test.each<[string, string | null]>([
  ["X", "Unknown Protocol Operation"],
  ["PUX", "Unknown Protocol Operation"],
  ["SUB\r\n", "Unknown Protocol Operation"],
  ["PUB a 2\r\nhiX", "Unknown Protocol Operation"],
  ["PUB a 2\r\nhi\rX", "Unknown Protocol Operation"],
  ["PUB a 1001\r\n", "Maximum Payload Violation"],
  [`SUB ${"a".repeat(70)}`, "maximum control line exceeded"],
  [`SUB ${"a".repeat(70)} 1\r\n`, "maximum control line exceeded"],
  ["CONNECT {\r\n", null],
  ["PUB a\r\n", null],
  ["PUB a 99999999999\r\n", null],
  ["PUB a b c 1\r\n", null],
  ["HPUB a 5 4\r\n", null],
  ["SUB a\r\n", null],
  ["UNSUB 1 2 3\r\n", null],
  ["-ERR 'x'\r\n", null],
])("refuses %j with %j", (text, answer) => {
  const refused = (): unknown => parse(text);
  expect(refused).toThrow(WireError);
  expect(refused).toThrow(expect.objectContaining({ answer }));
});

test("a control line at the limit passes", () => {
  expect(parse(`SUB ${"a".repeat(62)} 1\r\n`)).toHaveLength(1);
});

test("headers need the client's word", () => {
  expect(() => parse("HPUB a 12 12\r\n", { headers: () => false })).toThrow(WireError);
});

test("while credentials are awaited only CONNECT may begin", () => {
  expect(() => parse("P", { onlyConnect: () => true })).toThrow(
    expect.objectContaining({ answer: "Authorization Violation" }),
  );
  expect(parse("CONNECT {}\r\n", { onlyConnect: () => true })).toHaveLength(1);
});

test("the same commands come whatever the bytes' packets are", () => {
  const seed = Number(process.env["TEST_SEED"] ?? Date.now());
  const random = seededRandom(seed);
  const stream = Buffer.from(
    [
      'CONNECT {"verbose":false,"headers":true}\r\n',
      "SUB orders.* billing 1\r\nping\r\n",
      `PUB orders.new _INBOX.1 300\r\n${"x".repeat(300)}\r\n`,
      "HPUB a 18 21\r\nNATS/1.0\r\nK: v\r\n\r\nPUB\r\n",
      "PUB b 0\r\n\r\nUNSUB 1 2\n",
    ].join(""),
  );
  const whole = parse(stream);
  expect(whole).toHaveLength(7);
  for (let round = 0; round < 300; round++) {
    const parser = new Parser(limits);
    const commands: Command[] = [];
    for (let at = 0; at < stream.length;) {
      const length = 1 + Math.floor(random() * (round % 40));
      parser.push(stream.subarray(at, at + length));
      at += length;
      commands.push(...all(parser));
    }
    expect(commands, `seed ${seed}`).toEqual(whole);
  }
});
