/** What becomes of a message on one broker when its handler does this or that: observed, and put into the words of docs/delivery.md. */
import { App, createLogger, RejectMessage, type AnyBroker, type Channel } from "millrace";
import type { MemoryBroker } from "millrace/memory";
import { Gate, Inbox } from "../conformance/inbox.ts";

/** One use of one broker: a row of the table. */
export interface DeliveryMode {
  /** A broker of the service `name`, not connected. */
  broker(name: string): AnyBroker;
  /** Where the jobs of one case go: an address nobody else uses. */
  on(address: string): string | Channel;
  /** Options of the subscriber and of each publish. */
  readonly receive?: object;
  readonly send?: object;
}

/** The table's columns, and how each is tried; `expected`: what the table says. */
export const COLUMNS = {
  ack: (mode, expected) => observe(mode, expected, "manual", (message) => message.ack?.()),
  nack: (mode, expected) => observe(mode, expected, "manual", (message) => message.nack?.()),
  reject: (mode, expected) =>
    observe(mode, expected, undefined, () => {
      throw new RejectMessage();
    }),
  filter: (mode, expected) => observe(mode, expected, undefined, "filtered"),
  "handler error": (mode, expected) =>
    observe(mode, expected, undefined, () => {
      throw new Error("the handler failed");
    }),
  unreadable: (mode, expected) => observe(mode, expected, undefined, "unreadable"),
} as const satisfies Record<string, (mode: DeliveryMode, expected: string) => Promise<string>>;

interface Settles {
  ack?: () => Promise<void>;
  nack?: () => Promise<void>;
}

/**
 * Three jobs wait; the first meets `act`, once. `gone`: it does not come again, not even after a restart. `again, in its
 * place`: before those behind it. `again`: after some of them.
 */
async function observe(
  mode: DeliveryMode,
  expected: string,
  policy: "manual" | undefined,
  act: ((message: Settles) => unknown) | "filtered" | "unreadable",
): Promise<string> {
  const address = `delivery${Math.random().toString(36).slice(2, 10)}`;
  const on = mode.on(address) as string;
  const seen = new Inbox<number>();
  const allSent = new Gate();
  let acted = false;
  let settleable = true;

  const listen = async (): Promise<App> => {
    const broker = mode.broker(`${address}-service`) as MemoryBroker;
    const filter = () => {
      if (act !== "filtered" || acted) return true;
      acted = true;
      return false;
    };
    const ack = policy === undefined ? {} : { ack: policy };
    broker.subscriber(on, { ...mode.receive, ...ack, filter }, async (job: number, { message }) => {
      seen.push(job);
      await allSent.opened;
      const settles = message as Settles;
      settleable = settles.ack !== undefined;
      if (job === 1 && !acted && typeof act === "function") {
        acted = true;
        return act(settles);
      }
      return settles.ack?.();
    });
    return start(broker);
  };

  const publisher = mode.broker(`${address}-publisher`) as MemoryBroker;
  let service = await listen();
  const sender = await start(publisher);
  try {
    const raw = publisher.publisher(on, {
      ...mode.send,
      codec: "text",
      headers: { "content-type": "application/json" },
    });
    await raw.publish(act === "unreadable" ? "{ not JSON" : "1", { key: "k" });
    for (const job of [2, 3]) await publisher.publish(on, job, { ...mode.send, key: "k" });
    allSent.open();
    await seen.until(() => seen.items.includes(3), "the third job");
    // Whatever comes again at all comes before one of two further jobs, or by itself.
    for (const job of [4, 5]) {
      await publisher.publish(on, job, { ...mode.send, key: "k" });
      await seen.until(() => seen.items.includes(job), `job ${job}`);
    }
    await again(seen, expected);
    await service.stop();
    const before = seen.items.length;
    service = await listen();
    await publisher.publish(on, 6, { ...mode.send, key: "k" });
    await seen.until(() => seen.items.includes(6), "job 6");
    // Where there is nothing to settle, the message has no such function.
    if (policy === "manual" && !settleable) return "–";
    const left = seen.items.slice(before).filter((job) => job !== 6);
    if (left.length > 0) return `left for the next start (${left.join(", ")})`;
    return inWords(seen.items.filter((job) => job < 4));
  } finally {
    allSent.open();
    await Promise.all([service.stop(), sender.stop()]);
  }
}

/** What is to come again is waited for. Where it is not, a moment is left to it: after 100 ms at the earliest a job that failed comes again. */
async function again(seen: Inbox<number>, expected: string): Promise<void> {
  const twice = seen.until(
    () => seen.items.filter((job) => job === 1).length > 1,
    "the first job again",
  );
  if (expected.startsWith("again")) return twice;
  const moment = new Promise<void>((resolve) => setTimeout(resolve, 400));
  await Promise.race([moment, twice.catch(() => undefined)]);
}

function inWords(jobs: readonly number[]): string {
  const times = jobs.filter((job) => job === 1).length;
  if (times < 2) return "gone";
  return jobs.join(" ").startsWith("1 1 2") ? "again, in its place" : "again";
}

async function start(broker: AnyBroker): Promise<App> {
  const app = new App(broker, { title: "delivery", logger: createLogger({ level: "silent" }) });
  await app.start();
  return app;
}
