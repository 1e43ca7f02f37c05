import { expect, test } from "vitest";
import type { JournalEvent } from "@millrace/emulator/remote";
import { createChains } from "./chains.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const traceparent = (id: string, span = "b7ad6b7169203331") => ({
  traceparent: `00-${id}-${span}-01`,
});

let seq = 0;
function event(
  given: Partial<JournalEvent> & Pick<JournalEvent, "kind" | "message">,
): JournalEvent {
  return {
    seq: ++seq,
    time: 1000,
    protocol: "nats",
    channel: "orders.new",
    client: { connection: 1, name: "", port: null },
    headers: {},
    payload: new Uint8Array(),
    ...given,
  };
}

test("a trace goes through, each message caused by the one that came to its sender", () => {
  const chains = createChains();
  const first = chains.place(
    event({ kind: "published", message: 1, headers: traceparent(TRACE) }),
    "workbench",
  );
  expect(first.chain).toEqual({ id: TRACE, by: "trace" });
  chains.place(
    event({ kind: "delivered", message: 1, headers: traceparent(TRACE) }),
    "service:orders",
  );
  const second = chains.place(
    event({ kind: "published", message: 2, headers: traceparent(TRACE, "00f067aa0ba902b7") }),
    "service:orders",
  );
  expect(second.chain).toEqual({ id: TRACE, by: "trace", cause: 1 });
  const received = chains.place(
    event({ kind: "delivered", message: 2, headers: traceparent(TRACE, "00f067aa0ba902b7") }),
    "service:billing",
  );
  expect(received.chain).toEqual(second.chain);
});

test("without a trace the correlation id goes through, and is another name of a chain that has both", () => {
  const chains = createChains();
  const both = { ...traceparent(TRACE), Correlation_Id: "c-1" };
  chains.place(event({ kind: "published", message: 1, headers: both }), "workbench");
  chains.place(event({ kind: "delivered", message: 1, headers: both }), "service:orders");
  const next = chains.place(
    event({ kind: "published", message: 2, headers: { correlation_id: "c-1" } }),
    "service:orders",
  );
  expect(next.chain).toEqual({ id: TRACE, by: "correlation", cause: 1 });
  const other = chains.place(
    event({ kind: "published", message: 3, headers: { correlation_id: "c-2" } }),
    "service:orders",
  );
  expect(other.chain).toEqual({ id: "c-2", by: "correlation" });
});

test("a publish without either is inferred to come from the delivery that is being handled", () => {
  const chains = createChains();
  chains.place(event({ kind: "published", message: 1, headers: traceparent(TRACE) }), "workbench");
  chains.place(
    event({ kind: "delivered", message: 1, headers: traceparent(TRACE) }),
    "service:shipping",
  );
  const next = chains.place(
    event({
      kind: "published",
      message: 2,
      protocol: "mqtt",
      client: { connection: 9, name: "shipping", port: null },
    }),
    "service:shipping",
  );
  expect(next.chain).toEqual({ id: TRACE, by: "inferred", cause: 1 });
  const elsewhere = chains.place(event({ kind: "published", message: 3 }), "service:billing");
  expect(elsewhere.chain).toEqual({ id: "message:3", by: "none" });
});

test("after its acknowledgement a delivery causes nothing more", () => {
  const chains = createChains();
  const mqtt = { protocol: "mqtt" as const };
  chains.place(event({ ...mqtt, kind: "published", message: 1 }), "workbench");
  chains.place(event({ ...mqtt, kind: "delivered", message: 1 }), "service:a");
  expect(
    chains.place(event({ ...mqtt, kind: "published", message: 2 }), "service:a").chain,
  ).toMatchObject({ id: "message:1", by: "inferred" });
  chains.place(event({ ...mqtt, kind: "acknowledged", message: 1 }), "service:a");
  expect(
    chains.place(event({ ...mqtt, kind: "published", message: 3 }), "service:a").chain,
  ).toEqual({ id: "message:3", by: "none" });
});

test("on core NATS, which acknowledges nothing, a delivery is over with the next one, or after a while", () => {
  const chains = createChains();
  for (const message of [1, 2]) {
    chains.place(event({ kind: "published", message }), "workbench");
    chains.place(event({ kind: "delivered", message }), "service:a");
  }
  expect(chains.place(event({ kind: "published", message: 3 }), "service:a").chain).toEqual({
    id: "message:2",
    by: "inferred",
    cause: 2,
  });
  expect(
    chains.place(event({ kind: "published", message: 4, time: 12_000 }), "service:a").chain,
  ).toEqual({ id: "message:4", by: "none" });
});

test("a trace that begins behind a protocol without headers goes on in the chain before it", () => {
  const chains = createChains();
  chains.place(event({ kind: "published", message: 1, protocol: "mqtt" }), "service:shipping");
  chains.place(event({ kind: "delivered", message: 1, protocol: "mqtt" }), "service:notifications");
  const joined = chains.place(
    event({ kind: "published", message: 2, headers: traceparent(TRACE) }),
    "service:notifications",
  );
  expect(joined.chain).toEqual({ id: "message:1", by: "inferred", cause: 1 });
  chains.place(
    event({ kind: "delivered", message: 2, headers: traceparent(TRACE) }),
    "service:mail",
  );
  const after = chains.place(
    event({ kind: "published", message: 3, headers: traceparent(TRACE) }),
    "service:mail",
  );
  expect(after.chain).toEqual({ id: "message:1", by: "trace", cause: 2 });
});

test("a message that names its chain is not drawn into another that is being handled", () => {
  const chains = createChains();
  chains.place(event({ kind: "published", message: 1, headers: traceparent(TRACE) }), "workbench");
  chains.place(event({ kind: "delivered", message: 1, headers: traceparent(TRACE) }), "service:a");
  const other = "4bf92f3577b34da6a3ce929d0e0e4736";
  expect(
    chains.place(event({ kind: "published", message: 2, headers: traceparent(other) }), "service:a")
      .chain,
  ).toEqual({ id: other, by: "trace" });
});

test("an answer belongs to its request, and the next step to what the asker was asked", () => {
  const chains = createChains();
  chains.place(event({ kind: "published", message: 1, headers: traceparent(TRACE) }), "workbench");
  chains.place(
    event({ kind: "delivered", message: 1, headers: traceparent(TRACE) }),
    "service:shipping",
  );
  chains.place(
    event({
      kind: "published",
      message: 2,
      channel: "customers.address",
      replyTo: "_INBOX.a.1",
      headers: traceparent(TRACE),
    }),
    "service:shipping",
  );
  chains.place(
    event({
      kind: "delivered",
      message: 2,
      channel: "customers.address",
      replyTo: "_INBOX.a.1",
      headers: traceparent(TRACE),
    }),
    "service:orders",
  );
  const answer = chains.place(
    event({ kind: "published", message: 3, channel: "_INBOX.a.1" }),
    "service:orders",
  );
  expect(answer).toEqual({ chain: { id: TRACE, by: "trace", cause: 2 }, replyOf: 2 });
  chains.place(event({ kind: "delivered", message: 3, channel: "_INBOX.a.1" }), "service:shipping");
  const next = chains.place(
    event({ kind: "published", message: 4, protocol: "mqtt", channel: "shipments/1/dispatched" }),
    "service:shipping",
  );
  expect(next.chain).toEqual({ id: TRACE, by: "inferred", cause: 1 });
});

test("a traceparent that is not valid is none", () => {
  const chains = createChains();
  for (const [index, bad] of [
    "00-xyz",
    `00-${"0".repeat(32)}-b7ad6b7169203331-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
  ].entries()) {
    expect(
      chains.place(
        event({ kind: "published", message: index + 1, headers: { traceparent: bad } }),
        "service:a",
      ).chain.by,
    ).toBe("none");
  }
});

test("what the broker does by itself, or what was never seen published, has a chain too", () => {
  const chains = createChains();
  const retained = chains.place(
    event({ kind: "delivered", message: 8, headers: { correlation_id: "c-8" } }),
    "service:a",
  );
  expect(retained.chain).toEqual({ id: "c-8", by: "correlation" });
  expect(chains.place(event({ kind: "dropped", message: 9, client: null }), null).chain).toEqual({
    id: "message:9",
    by: "none",
  });
});
