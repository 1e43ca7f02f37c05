/** A publisher that does not stop: for each key one job after the other, each again until the broker has confirmed it. */
import { App, createLogger, PublishError } from "millrace";
import { connection, type Job, modes } from "./modes.js";
import type { ServiceOptions } from "./service.ts";

export interface Load {
  /** What the broker confirmed, in the order of each key. */
  readonly sent: readonly string[];
  /** How many attempts failed, each with the library's own error. */
  readonly failed: number;
  /** Ends when the jobs on their way are confirmed. */
  stop(): Promise<void>;
}

const KEYS = ["a", "b", "c", "d", "e"];

/** A broker may drop what a service that is away cannot take (mosquitto after 1000 messages): the publisher does not get further ahead. */
const AHEAD = 500;

/** `count`: how many jobs in all; without it until it is stopped. */
export async function startLoad(
  { mode, server, root, record }: Pick<ServiceOptions, "mode" | "server" | "root" | "record">,
  count = Infinity,
): Promise<Load> {
  const open = modes[mode];
  if (open === undefined) throw new Error(`no mode is called ${mode}`);
  const { broker, to } = await open(connection("publisher", server), root);
  const app = new App(broker, { title: "publisher", logger: createLogger({ level: "silent" }) });
  await app.start();
  const sent: string[] = [];
  let failed = 0;
  let stopping = false;

  async function publish(job: Job): Promise<void> {
    const [address, options] = to(job);
    for (;;) {
      try {
        await broker.publish(address, job, options as never);
        sent.push(`${job.key} ${job.number}`);
        return;
      } catch (error) {
        if (!(error instanceof PublishError)) throw error;
        failed++;
      }
    }
  }

  const running = KEYS.map(async (key) => {
    for (let number = 0; !stopping && number < count / KEYS.length; number++) {
      await publish({ key, number });
      while (number % 20 === 0 && !stopping && sent.length - record.done().length > AHEAD)
        await new Promise((resolve) => setTimeout(resolve, 20));
      // Not faster than one process can write it down.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  });
  const ended = Promise.all(running);
  ended.catch(() => undefined);
  return {
    sent,
    get failed() {
      return failed;
    },
    async stop() {
      if (count === Infinity) stopping = true;
      try {
        await ended;
      } finally {
        await app.stop();
      }
    },
  };
}
