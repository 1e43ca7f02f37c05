import type { PageMessage } from "@millrace/workbench/protocol";
import { expect, test } from "vitest";
import { journey, shopState } from "../fixtures/shop.ts";
import type { TransportEvents } from "../transport/transport.ts";
import { PageStore } from "./page-store.ts";

function start() {
  const said: PageMessage[] = [];
  const frames: (() => void)[] = [];
  let session: TransportEvents | undefined;
  const store = new PageStore(
    (events) => {
      session = events;
      return {
        shell: "browser",
        post: (message) => said.push(message),
        load: () => null,
        keep: () => {},
      };
    },
    (callback) => frames.push(callback),
  );
  if (session === undefined) throw new Error("the store did not connect");
  return { store, said, session, frame: () => frames.splice(0).forEach((callback) => callback()) };
}

test("a connection is greeted with ready, each time", () => {
  const { session, said } = start();
  session.onState("open");
  session.onState("lost");
  session.onState("open");
  expect(said).toEqual([{ kind: "ready" }, { kind: "ready" }]);
});

test("a thousand messages are shown in one frame", () => {
  const { store, session, frame } = start();
  let told = 0;
  store.subscribe(() => told++);
  session.onMessage({ kind: "state", state: shopState });
  for (let round = 0; round < 77; round++)
    session.onMessage({ kind: "traffic", events: journey({ seq: 1 + round * 13 }) });
  expect(told).toBe(0);
  frame();
  expect(told).toBe(1);
  expect(store.state().traffic.total).toBe(1_001);
});

test("each event is handed to the picture once", () => {
  const { store, session } = start();
  const seen: number[] = [];
  store.onTraffic((what) => {
    if (what !== "cleared") seen.push(...what.map((event) => event.seq));
  });
  session.onMessage({ kind: "traffic", events: journey() });
  session.onMessage({ kind: "traffic", events: journey() });
  expect(seen).toEqual(journey().map((event) => event.seq));
});

test("an answer reaches who asked, by its number", async () => {
  const { store, session, said } = start();
  session.onState("open");
  const draft = { params: {}, payload: "", headers: {} };
  const first = store.ask({ kind: "check", operation: "a", draft });
  const second = store.ask({ kind: "check", operation: "b", draft });
  const numbers = said.flatMap((message) => ("request" in message ? [message.request] : []));
  session.onMessage({
    kind: "answer",
    request: numbers[1] ?? 0,
    answer: { kind: "saved", file: "b" },
  });
  session.onMessage({
    kind: "answer",
    request: numbers[0] ?? 0,
    answer: { kind: "saved", file: "a" },
  });
  expect([await first, await second]).toEqual([
    { kind: "saved", file: "a" },
    { kind: "saved", file: "b" },
  ]);
});

test("a question that loses its connection is answered, not left waiting", async () => {
  const { store, session } = start();
  session.onState("open");
  const asked = store.ask({ kind: "draft", operation: "a" });
  session.onState("lost");
  expect(await asked).toMatchObject({ kind: "failed" });
  expect(await store.ask({ kind: "draft", operation: "a" })).toMatchObject({ kind: "failed" });
});
