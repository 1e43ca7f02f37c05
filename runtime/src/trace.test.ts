import { expect, test } from "vitest";
import { continueTrace, newCorrelationId, parseTraceParent } from "./trace.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

test("a child keeps the trace and the sampling and is a new span", () => {
  const child = continueTrace(`00-${TRACE}-${SPAN}-01`);
  expect(child.traceId).toBe(TRACE);
  expect(child.traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
  expect(child.traceparent).not.toContain(SPAN);
  expect(continueTrace(`00-${TRACE}-${SPAN}-00`).traceparent).toMatch(/-00$/);
});

test("without a parent a new sampled trace starts each time", () => {
  const first = continueTrace();
  expect(parseTraceParent(first.traceparent)).toMatchObject({
    traceId: first.traceId,
    sampled: true,
  });
  expect(continueTrace().traceId).not.toBe(first.traceId);
});

test.each([
  ["nothing", ""],
  ["prose", "hello"],
  ["upper case", `00-${TRACE.toUpperCase()}-${SPAN}-01`],
  ["a trace id of zeros", `00-${"0".repeat(32)}-${SPAN}-01`],
  ["a span id of zeros", `00-${TRACE}-${"0".repeat(16)}-01`],
  ["the version that never will be", `ff-${TRACE}-${SPAN}-01`],
  ["a longer version 00", `00-${TRACE}-${SPAN}-01-more`],
  ["a short trace id", `00-${TRACE.slice(1)}-${SPAN}-01`],
])("%s is no parent: a new trace starts", (_what, header) => {
  expect(parseTraceParent(header)).toBeNull();
  const started = continueTrace(header);
  expect(started.traceId).not.toBe(TRACE);
  expect(parseTraceParent(started.traceparent)).not.toBeNull();
});

test("a later version is read as far as it is known, other flags are not passed on", () => {
  expect(parseTraceParent(`01-${TRACE}-${SPAN}-03-more`)).toEqual({
    traceId: TRACE,
    spanId: SPAN,
    sampled: true,
  });
  expect(continueTrace(`01-${TRACE}-${SPAN}-03-more`).traceparent).toMatch(/^00-.*-01$/);
});

test("correlation ids differ", () => {
  expect(newCorrelationId()).not.toBe(newCorrelationId());
});
