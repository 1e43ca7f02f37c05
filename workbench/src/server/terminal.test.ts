import { PassThrough } from "node:stream";
import { afterEach, expect, test, vi } from "vitest";
import { createTerminal } from "./terminal.ts";

afterEach(() => vi.unstubAllEnvs());

function streams({ isTTY = false } = {}) {
  const [stdout, stderr] = [new PassThrough(), Object.assign(new PassThrough(), { isTTY })];
  return { stdout, stderr, text: (stream: PassThrough) => String(stream.read() ?? "") };
}

test("progress goes to stdout, what services and troubles say to stderr, each service by its name", () => {
  const { stdout, stderr, text } = streams();
  const terminal = createTerminal(stdout, stderr);
  terminal.say("nats: nats://127.0.0.1:4222");
  terminal.service({
    service: "orders",
    stream: "stdout",
    line: "listening on http://127.0.0.1:8080/",
  });
  terminal.warn("billing crashed");
  expect(text(stdout)).toBe("nats: nats://127.0.0.1:4222\n");
  expect(text(stderr)).toBe("orders | listening on http://127.0.0.1:8080/\nbilling crashed\n");
});

test("names are coloured on a terminal only, each service in its own", () => {
  vi.stubEnv("NO_COLOR", undefined);
  const { stdout, stderr, text } = streams({ isTTY: true });
  const terminal = createTerminal(stdout, stderr);
  terminal.service({ service: "orders", stream: "stdout", line: "up" });
  terminal.service({ service: "billing", stream: "stdout", line: "up" });
  terminal.service({ service: "orders", stream: "stderr", line: "down" });
  const lines = text(stderr).split("\n");
  expect(lines[0]).toBe("\u001b[36morders\u001b[0m | up");
  expect(lines[1]).toBe("\u001b[33mbilling\u001b[0m | up");
  expect(lines[2]).toBe("\u001b[36morders\u001b[0m | down");
});

test("NO_COLOR keeps a terminal plain", () => {
  vi.stubEnv("NO_COLOR", "1");
  const { stdout, stderr, text } = streams({ isTTY: true });
  createTerminal(stdout, stderr).service({ service: "orders", stream: "stdout", line: "up" });
  expect(text(stderr)).toBe("orders | up\n");
});
