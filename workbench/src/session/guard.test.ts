import { expect, test } from "vitest";
import { PAGE_MESSAGE_BYTES, type PageMessage } from "../protocol.ts";
import { checkPageMessage } from "./guard.ts";

const draft = { params: { id: "7" }, payload: "{}", headers: { a: "b" }, key: "k" };

const good: PageMessage[] = [
  { kind: "ready" },
  { kind: "start-emulator" },
  { kind: "stop-emulator" },
  { kind: "start-service", id: "service:billing" },
  { kind: "stop-service", id: "service:billing" },
  { kind: "start-all" },
  { kind: "stop-all" },
  { kind: "clear-traffic" },
  {
    kind: "open",
    place: { file: "a.ts", start: { line: 1, character: 2 }, end: { line: 1, character: 9 } },
  },
  { kind: "draft", request: 1, operation: "o" },
  { kind: "draft", request: 1, operation: "o", seed: 4 },
  { kind: "check", request: 2, operation: "o", draft },
  { kind: "send", request: 3, operation: "o", draft, anyway: true },
  {
    kind: "save-message",
    request: 4,
    operation: "o",
    name: "n",
    draft: { params: {}, payload: "", headers: {} },
  },
];

test.each(good)("$kind passes as it is", (message) => {
  expect(checkPageMessage(message)).toEqual({ ok: true, message });
});

test("what else a message carries is left behind", () => {
  const given = JSON.parse(
    '{"kind":"start-service","id":"a","extra":1,"__proto__":{"admin":true}}',
  ) as unknown;
  expect(checkPageMessage(given)).toEqual({
    ok: true,
    message: { kind: "start-service", id: "a" },
  });
});

test.each([
  [null, "the message must be an object"],
  ["ready", "the message must be an object"],
  [[], "the message must be an object"],
  [{}, "kind must be text"],
  [{ kind: "format-disk" }, '"format-disk" is no kind of message'],
  [{ kind: "constructor" }, '"constructor" is no kind of message'],
  [{ kind: "start-service", id: 7 }, "id must be text"],
  [
    { kind: "open", place: { file: "a.ts", start: {}, end: {} } },
    "place/start/line must be a whole number",
  ],
  [{ kind: "draft", operation: "o" }, "request must be a whole number"],
])("%j is refused: %s", (given, reason) => {
  expect(checkPageMessage(given)).toEqual({ ok: false, reason, request: null });
});

test.each([
  [{ kind: "draft", request: 5, operation: "o", seed: 1.5 }, "seed must be a whole number"],
  [{ kind: "check", request: 5, operation: "o" }, "draft must be an object"],
  [
    { kind: "check", request: 5, operation: "o", draft: { ...draft, headers: { a: 1 } } },
    "draft/headers/a must be text",
  ],
  [
    { kind: "check", request: 5, operation: "o", draft: { ...draft, params: [] } },
    "draft/params must be an object",
  ],
  [
    { kind: "send", request: 5, operation: "o", draft, anyway: "yes" },
    "anyway must be true or false",
  ],
])("a refusal says whom to answer: %j", (given, reason) => {
  expect(checkPageMessage(given)).toEqual({ ok: false, reason, request: 5 });
});

test("a message over the limit is refused by its size in bytes", () => {
  const payload = "ä".repeat(PAGE_MESSAGE_BYTES / 2);
  const given = { kind: "check", request: 6, operation: "o", draft: { ...draft, payload } };
  expect(checkPageMessage(given)).toEqual({
    ok: false,
    reason: `the message is larger than ${PAGE_MESSAGE_BYTES} bytes`,
    request: 6,
  });
});

test("what is no JSON is refused, not thrown", () => {
  const loop: Record<string, unknown> = { kind: "ready" };
  loop["self"] = loop;
  expect(checkPageMessage(loop)).toEqual({
    ok: false,
    reason: "the message is no JSON",
    request: null,
  });
});
