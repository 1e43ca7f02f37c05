import { expect, test } from "vitest";
import { journey, shopState } from "../fixtures/shop.ts";
import {
  firstState,
  operationToCompose,
  reduce,
  type Action,
  type PageState,
} from "./page-state.ts";

const run = (...actions: readonly Action[]): PageState => actions.reduce(reduce, firstState);
const state: Action = { kind: "session", message: { kind: "state", state: shopState } };

test("nothing typed is lost by a state that comes in", () => {
  const typed: Action = {
    kind: "form",
    operation: "receive:orders:nats:orders.new",
    action: { kind: "edit", change: { payload: "half a th" } },
  };
  const page = run(
    state,
    { kind: "compose", id: "nats:orders.new" },
    typed,
    state,
    { kind: "connection", state: "lost" },
    { kind: "connection", state: "open" },
    state,
  );
  expect(page.panel).toBe("compose");
  expect(page.forms.get("receive:orders:nats:orders.new")?.payload).toBe("half a th");
});

test("a new connection counts the traffic afresh, not on top", () => {
  const traffic: Action = { kind: "session", message: { kind: "traffic", events: journey() } };
  const open: Action = { kind: "connection", state: "open" };
  expect(
    run(open, state, traffic, { kind: "connection", state: "lost" }, open, traffic).traffic.total,
  ).toBe(13);
});

test("what was drawn stays while the connection is lost", () => {
  expect(run(state, { kind: "connection", state: "lost" }).workbench).toBe(shopState);
});

test("a message for a channel is written after a receiver's schema, else a sender's", () => {
  expect(operationToCompose(shopState, "nats:orders.accepted")).toBe(
    "receive:billing:nats:orders.accepted",
  );
  expect(operationToCompose(shopState, "nats:payments.flagged")).toBe(
    "send:billing:nats:payments.flagged",
  );
  expect(operationToCompose(shopState, "receive:orders:nats:orders.new")).toBe(
    "receive:orders:nats:orders.new",
  );
  expect(operationToCompose(shopState, "nats:nothing")).toBeNull();
});

test("the shell's wish to compose opens the form and centres on it; asked twice it centres twice", () => {
  const compose: Action = { kind: "session", message: { kind: "compose", id: "nats:orders.new" } };
  const once = run(state, compose);
  expect(once).toMatchObject({
    panel: "compose",
    composing: "receive:orders:nats:orders.new",
    centre: { id: "nats:orders.new", turn: 1 },
  });
  expect(reduce(once, compose).centre?.turn).toBe(2);
});

test("clicking beside the cards closes details, never a form", () => {
  const nothing: Action = { kind: "select", id: null };
  expect(run(state, { kind: "select", id: "service:orders" }, nothing).panel).toBeNull();
  expect(run(state, { kind: "compose", id: "nats:orders.new" }, nothing).panel).toBe("compose");
});

test("picking an event pins its chain, clearing lets both go", () => {
  const [first] = journey();
  const picked = run(
    state,
    { kind: "session", message: { kind: "traffic", events: journey() } },
    { kind: "pick", event: first ?? null },
  );
  expect(picked.traffic.pinned?.events).toHaveLength(13);
  const cleared = reduce(picked, {
    kind: "session",
    message: { kind: "traffic-cleared", seq: 13 },
  });
  expect([cleared.picked, cleared.traffic.pinned, cleared.traffic.total]).toEqual([null, null, 0]);
});
