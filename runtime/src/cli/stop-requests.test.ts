import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { listenForStop } from "./stop-requests.ts";

function listening(followParent = false) {
  const source = new EventEmitter();
  const forced: number[] = [];
  let time = 0;
  const requests = listenForStop({
    force: (code) => forced.push(code),
    followParent,
    process: source as unknown as NodeJS.Process,
    now: () => time,
  });
  return { source, forced, requests, later: (ms: number) => void (time += ms) };
}

test("the first signal asks, the second forces with its own code", async () => {
  const { source, forced, requests, later } = listening();
  source.emit("SIGTERM");
  expect(await requests.requested).toBe("SIGTERM");
  expect(requests.signal.aborted).toBe(true);
  later(1000);
  source.emit("SIGINT");
  expect(forced).toEqual([130]);
});

test("the same Ctrl-C, passed on once more by npm, does not force", () => {
  const { source, forced, later } = listening();
  source.emit("SIGINT");
  later(5);
  source.emit("SIGINT");
  expect(forced).toEqual([]);
  later(200);
  source.emit("SIGINT");
  expect(forced).toEqual([130]);
});

test("a stop message asks and never forces", async () => {
  const { source, forced, requests } = listening();
  source.emit("message", { millrace: "something else" });
  source.emit("message", null);
  expect(requests.signal.aborted).toBe(false);
  source.emit("message", { millrace: "stop" });
  source.emit("message", { millrace: "stop" });
  expect(await requests.requested).toBe("stop message");
  expect(forced).toEqual([]);
});

test("the parent's end asks where it is followed", async () => {
  const alone = listening(false);
  alone.source.emit("disconnect");
  expect(alone.requests.signal.aborted).toBe(false);
  const followed = listening(true);
  followed.source.emit("disconnect");
  expect(await followed.requests.requested).toBe("parent ended");
});
