import { expect, test } from "vitest";
import { createClock } from "./clock.ts";
import { createFaultEngine } from "./fault-engine.ts";
import { Outbound } from "./outbound.ts";
import type { Connection } from "./protocol.ts";

/** A connection whose client reads nothing: everything written waits. */
function connection(): Connection & { log: string[] } {
  const log: string[] = [];
  let waiting = 0;
  return {
    log,
    id: 1,
    clientPort: null,
    serverPort: 1,
    write(bytes) {
      log.push(Buffer.from(bytes).toString());
      return (waiting += bytes.length);
    },
    writeText(text) {
      return this.write(Buffer.from(text));
    },
    pause: () => {},
    resume: () => {},
    end: () => void log.push("end"),
    destroy: () => void log.push("destroy"),
  };
}

test("a hold keeps everything behind it back, in order, for the clock's time", () => {
  const [clock, client] = [createClock(), connection()];
  const outbound = new Outbound(client, clock, 1000);
  outbound.send(Buffer.from("before"));
  outbound.hold(5_000);
  outbound.send(Buffer.from("one"));
  outbound.hold(5_000);
  outbound.send(Buffer.from("two"));
  outbound.end();
  expect(client.log).toEqual(["before"]);
  clock.advance(5_000);
  expect(client.log).toEqual(["before", "one"]);
  clock.advance(5_000);
  expect(client.log).toEqual(["before", "one", "two", "end"]);
});

test.each([false, true])(
  "a client that does not read is cut off at the limit (held back: %s)",
  (held) => {
    const [clock, client] = [createClock(), connection()];
    const outbound = new Outbound(client, clock, 10);
    if (held) outbound.hold(1_000);
    const kept: boolean[] = [];
    for (let index = 0; index < 3; index++)
      outbound.send(Buffer.from("12345"), (was) => kept.push(was));
    if (held) clock.advance(1_000);
    expect(kept).toHaveLength(3);
    expect(kept.filter((was) => !was)).toHaveLength(1);
    expect(client.log).toContain("destroy");
  },
);

test.each([
  [{ kind: "drop" }, ["1", "3"], ["sent 1", "lost 2: fault 1: drop", "sent 3"]],
  [{ kind: "disconnect" }, ["1", "3"], ["sent 1", "lost 2: fault 1: disconnect", "cut", "sent 3"]],
  [{ kind: "duplicate" }, ["1", "2", "2", "3"], ["sent 1", "sent 2", "sent 2 again", "sent 3"]],
  [{ kind: "reorder" }, ["1", "3", "2"], ["sent 1", "sent 3", "sent 2"]],
  [{ kind: "hang" }, ["1"], ["sent 1"]],
] as const)("a delivery that meets %j", async (effect, written, told) => {
  const faults = createFaultEngine();
  const fault = faults.inject({ match: { nth: 2 }, effect });
  const client = connection();
  const outbound = new Outbound(client, createClock(), 1000);
  const log: string[] = [];
  for (const text of ["1", "2", "3"]) {
    const frame = {
      protocol: "nats",
      operation: "deliver",
      client: "",
      matches: () => true,
    } as const;
    outbound.deliver(Buffer.from(text), faults.next(frame), {
      sent: (again) => void log.push(`sent ${text}${again ? " again" : ""}`),
      lost: (reason) => void log.push(`lost ${text}: ${reason}`),
      cut: () => void log.push("cut"),
    });
  }
  expect(client.log).toEqual(written);
  expect(log).toEqual(told);
  await fault.clear();
  if (effect.kind === "hang") expect(client.log).toEqual(["1", "2", "3"]);
});
