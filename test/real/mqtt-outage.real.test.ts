/** Outages on mosquitto: what is given up is not sent later, what was confirmed is handled, whoever was killed comes back. */
import { PublishError } from "millrace";
import { expect, test, vi } from "vitest";
import { Inbox } from "../conformance/inbox.ts";
import { start } from "./app.ts";
import { startMosquitto } from "./brokers.ts";
import { recordedLog } from "./log.ts";
import { collect, foreign, line, make, unique } from "./mqtt-bench.ts";
import { startWire } from "./wire.ts";

const rounds = Number(process.env["MILLRACE_ROUNDS"] ?? 2);

test.for([
  ["5", 0],
  ["5", 1],
  ["5", 2],
  ["3.1.1", 0],
  ["3.1.1", 1],
  ["3.1.1", 2],
] as const)(
  "MQTT %s, QoS %d: a publish waits for the connection; one that waited too long fails and is not sent later",
  async ([protocol, qos]) => {
    await using server = await startMosquitto();
    await using wire = await startWire(server.url);
    const topic = unique("outage");
    await using other = await foreign(server.url);
    const seen = await collect(other, topic, (text) => text, { qos: 2 });
    const hasty = make(wire.url, { protocol, publishTimeout: 200 });
    const patient = make(wire.url, { protocol });
    const log = recordedLog();
    await using _hasty = await start(hasty, log.logger);
    await using _patient = await start(patient, log.logger);
    await patient.publish(topic, "before", { qos });
    await seen.first(1);

    wire.cut({ refuse: true });
    const lost = () => log.lines.items.filter(({ msg }) => msg.includes("lost the connection"));
    await log.lines.until(() => lost().length === 2, "both to notice");
    const waiting = patient.publish(topic, "waited", { qos });
    const failure = await hasty
      .publish(topic, "given up", { qos })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PublishError);
    expect(String(failure)).toContain("out of reach for 200 ms");
    const stopped = new AbortController();
    const aborted = patient.publish(topic, "aborted", { qos, signal: stopped.signal });
    stopped.abort(new Error("enough"));
    await expect(aborted).rejects.toThrow("enough");

    wire.mend();
    await waiting;
    const again = () => log.lines.items.filter(({ msg }) => msg.includes("is connected again"));
    await log.lines.until(() => again().length === 2, "both to be back");
    // What it had kept for later would come before. On a busy machine one may not be confirmed in time, and come twice.
    await vi.waitFor(() => hasty.publish(topic, "after", { qos }), { timeout: 30_000 });
    await seen.until(() => seen.items.includes('"after"'), "the last");
    expect(seen.items.filter((text) => text !== '"after"')).toEqual(['"before"', '"waited"']);
  },
);

test.for([1, 2] as const)(
  "QoS %d: one that is given up half way is not sent again with the next connection",
  async (qos) => {
    await using server = await startMosquitto();
    await using wire = await startWire(server.url);
    const topic = unique("half");
    const broker = make(wire.url, { publishTimeout: 300 });
    const log = recordedLog();
    await using _app = await start(broker, log.logger);
    await using other = await foreign(server.url);
    const seen = await collect(other, topic, (text) => text, { qos: 2 });
    // It leaves, and the connection is lost before its confirmation can come.
    const lost = broker.publish(topic, "lost", { qos });
    wire.cut({ refuse: true });
    await expect(lost).rejects.toThrow(PublishError);
    const before = seen.items.length;
    wire.mend();
    await line(log, "is connected again");
    await vi.waitFor(() => broker.publish(topic, "after", { qos }), { timeout: 30_000 });
    await seen.until(() => seen.items.includes('"after"'), "the last");
    expect(new Set(seen.items.slice(before))).toEqual(new Set(['"after"']));
  },
);

test.for([1, 2] as const)(
  "QoS %d: the broker is killed under load again and again; what it had written down is handled, and all goes on by itself",
  { timeout: 120_000 * Math.max(1, rounds / 5) },
  async (qos) => {
    await using server = await startMosquitto();
    const topic = unique("killed");
    const seen = new Inbox<number>();
    const broker = make(server.url);
    broker.subscriber(topic, { qos, concurrency: 8 }, async (number: number) => {
      seen.push(number);
    });
    await (await start(broker)).stop();
    const sender = make(server.url, { publishTimeout: 5000 });
    const log = recordedLog();
    await using sending = await start(sender, log.logger);
    const kept = Array.from({ length: 100 }, (_, number) => number);
    for (const number of kept) await sender.publish(topic, number, { qos });
    // Mosquitto writes down what it keeps when it stops, else every half hour: the session and these messages.
    await server.restart();
    await using app = await start(broker, log.logger);

    const confirmed: number[] = [];
    /** How many had been confirmed at each kill. */
    const kills: number[] = [];
    let number = kept.length;
    let loaded = true;
    const publish = async () => {
      while (loaded) {
        const mine = number++;
        // One that may or may not have arrived is not counted.
        await sender.publish(topic, mine, { qos }).then(
          () => confirmed.push(mine),
          () => undefined,
        );
      }
    };
    const load = Promise.all(Array.from({ length: 4 }, publish));
    for (let round = 0; round <= rounds; round++) {
      const enough = confirmed.length + 100;
      await seen.until(() => confirmed.length >= enough, "messages");
      if (round === rounds) break;
      await server.kill();
      kills.push(confirmed.length);
      await server.restart();
    }
    loaded = false;
    await load;
    const last = confirmed.at(-1) ?? 0;
    await seen.until(() => seen.items.includes(last), "the last");
    const handled = new Set(seen.items);
    const missing = [...kept, ...confirmed].filter((each) => !handled.has(each));
    console.log(
      `QoS ${qos}, ${rounds} kills: ${confirmed.length} of ${number} confirmed, ${seen.items.length} handled, ${missing.length} lost by mosquitto`,
    );
    // What it had confirmed and not written down it forgets: some of the last before each kill, where we had not read them.
    const atRisk = new Set(
      kills.flatMap((count) => confirmed.slice(Math.max(0, count - 30), count + 8)),
    );
    expect(missing.filter((each) => !atRisk.has(each))).toEqual([]);
    expect(app.health().status).toBe("up");
    expect(sending.health().status).toBe("up");
  },
);

test("each change of the connection is an event and a line, and the app says so", async () => {
  await using server = await startMosquitto();
  await using wire = await startWire(server.url);
  const broker = make(wire.url);
  broker.subscriber(unique("events"), {}, async () => {});
  const log = recordedLog();
  await using app = await start(broker, log.logger);
  const states = new Inbox<string>();
  app.onConnection((_protocol, state) => states.push(state));
  wire.cut({ refuse: true });
  await states.first(1);
  expect(app.health().status).toBe("down");
  wire.mend();
  await states.first(2);
  expect(states.items).toEqual(["reconnecting", "connected"]);
  expect(app.health().status).toBe("up");
  for (const text of ["lost the connection", "is connected again"])
    expect(log.lines.items.filter(({ msg }) => msg.includes(text))).toHaveLength(2);
});
