import { pino } from "pino";
import { afterEach, expect, test, vi } from "vitest";
import { createLogger, type Logger, type LoggerOptions, maskSecrets } from "./logger.ts";

afterEach(() => vi.unstubAllEnvs());

function logged(options: LoggerOptions, use: (logger: Logger) => void): string[] {
  const lines: string[] = [];
  use(
    createLogger({
      format: "json",
      ...options,
      destination: { write: (line) => void lines.push(line) },
    }),
  );
  return lines;
}

function fields(line: string | undefined): Record<string, unknown> {
  return JSON.parse(line ?? "null") as Record<string, unknown>;
}

test("takes a message with places, and fields first", () => {
  const lines = logged({ name: "billing" }, (logger) => {
    logger.info("billing %s for %d", "o-1", 12);
    logger.warn({ address: "orders" }, "slow: %d ms", 90);
  });
  expect(fields(lines[0])).toMatchObject({
    level: 30,
    name: "billing",
    pid: process.pid,
    msg: "billing o-1 for 12",
  });
  expect(fields(lines[1])).toMatchObject({ level: 40, address: "orders", msg: "slow: 90 ms" });
});

test("an error keeps its message, stack and cause, first or as a field", () => {
  const lines = logged({}, (logger) => {
    logger.error(new Error("no stock", { cause: new Error("db is down") }));
    logger.error({ error: new TypeError("not a number") }, "handler failed");
  });
  expect(fields(lines[0])).toMatchObject({
    msg: "no stock",
    err: { message: expect.stringContaining("db is down") },
  });
  expect(fields(lines[1])).toMatchObject({
    msg: "handler failed",
    error: { type: "TypeError", stack: expect.stringContaining("logger.test") },
  });
});

test("a child's fields are on each of its lines", () => {
  const lines = logged({}, (logger) =>
    logger.child({ subscriber: "bill" }).child({ id: "1" }).info("done"),
  );
  expect(fields(lines[0])).toMatchObject({ subscriber: "bill", id: "1", msg: "done" });
});

test("LOG_LEVEL sets the level, an option overrides it", () => {
  vi.stubEnv("LOG_LEVEL", "WARN");
  const say = (logger: Logger) => (logger.debug("d"), logger.info("i"), logger.warn("w"));
  expect(logged({}, say)).toHaveLength(1);
  expect(logged({ level: "debug" }, say)).toHaveLength(3);
  expect(logged({ level: "silent" }, say)).toHaveLength(0);
});

test("a LOG_LEVEL that is none is named, and info is used", () => {
  vi.stubEnv("LOG_LEVEL", "verbose");
  const lines = logged({}, (logger) => (logger.debug("d"), logger.info("i")));
  expect(lines.map((line) => fields(line)["msg"])).toEqual([
    expect.stringMatching(/"verbose" is not a level: use trace, debug/),
    "i",
  ]);
});

test("pretty lines are for reading: no JSON, fields below", () => {
  vi.stubEnv("NO_COLOR", "1");
  const [line] = logged({ format: "pretty", name: "billing" }, (logger) =>
    logger.info({ order: "o-1" }, "billed"),
  );
  expect(line).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: billed\n {4}order: "o-1"\n$/);
});

test("LOG_FORMAT chooses where the terminal does not", () => {
  vi.stubEnv("LOG_FORMAT", "pretty");
  vi.stubEnv("NO_COLOR", "1");
  const lines: string[] = [];
  createLogger({ destination: { write: (line) => void lines.push(line) } }).info("hello");
  expect(lines[0]).toContain("INFO: hello");
});

test("no secret reaches the log: URLs, errors and well-known fields", () => {
  const secret = "hunter2";
  const lines = logged({}, (logger) => {
    logger.info("connecting to %s", `nats://ada:${secret}@broker:4222`);
    logger.info({ servers: [`mqtt://${secret}@broker`] }, "connecting");
    logger.error(new Error(`cannot reach nats://ada:${secret}@broker`));
    logger.info(
      { password: secret, brokers: [{ options: { token: `${secret}"${secret}` } }] },
      "options",
    );
    logger.info("started with %j", { port: 1, password: secret });
  });
  expect(lines).toHaveLength(5);
  expect(fields(lines[3])).toMatchObject({
    password: "***",
    brokers: [{ options: { token: "***" } }],
    msg: "options",
  });
  expect(fields(lines[4])["msg"]).toBe('started with {"port":1,"password":"***"}');
  expect(lines.join("")).not.toContain(secret);
  expect(lines[0]).toContain("nats://ada:***@broker:4222");
});

test.each([
  ["nats://ada:pw@host:4222", "nats://ada:***@host:4222"],
  ["nats://token@host", "nats://***@host"],
  ["nats://:pw@host", "nats://:***@host"],
  ["nats://ada:p@w/d@host and mail a@b.c", "nats://ada:***@host and mail a@b.c"],
  ['{"url":"nats://ada:p\\"w@host"}', '{"url":"nats://ada:***@host"}'],
  ["http://localhost:8080/users/@ada", "http://localhost:8080/users/@ada"],
  ["http://host/a@b", "http://host/a@b"],
  ["http://docs,nats://ada:pw@host", "http://docs,nats://ada:***@host"],
  ["nats://one:4222,nats://ada:pw@two", "nats://one:4222,nats://ada:***@two"],
  [
    "at file:///shop/node_modules/@shop/app.js:3:5",
    "at file:///shop/node_modules/@shop/app.js:3:5",
  ],
  ["write to ada@example.org", "write to ada@example.org"],
])("%s is logged as %s", (text, masked) => {
  expect(maskSecrets(text)).toBe(masked);
});

test("a long line takes long in proportion, whatever a stranger wrote in it", () => {
  const time = (text: string) => {
    const started = performance.now();
    maskSecrets(`${text}@`);
    return performance.now() - started;
  };
  for (const piece of [
    "a://",
    "a://b:",
    "a",
    ":",
    "\\\\",
    '\\"token\\":\\"',
    '"token":"\\a',
    "a://b:1/",
  ]) {
    const line = `a://${piece.repeat(20_000)}`;
    // Linear is some milliseconds; quadratic would be half a minute.
    expect(time(line), piece).toBeLessThan(3000);
  }
});

test("a pino logger of the user's own is a Logger", () => {
  const own: Logger = pino({ level: "silent" });
  expect(own.child({ a: 1 })).toBeDefined();
});
