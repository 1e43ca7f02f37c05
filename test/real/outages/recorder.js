/**
 * A service that writes down each job, when it begins it and when it has done it. From its `RECORDER_HANG_AT`th job on it
 * ends none that it begins, and says so to its parent, which kills it there. `millrace run` runs it.
 */
import { appendFileSync } from "node:fs";
import { App, createLogger } from "millrace";
import { connection, modes } from "./modes.js";

const {
  RECORDER_MODE: mode = "",
  RECORDER_URL: url = "",
  RECORDER_CA: ca = "",
  RECORDER_ROOT: root = "",
  RECORDER_FILE: file = "",
  RECORDER_ACK: policy,
  RECORDER_HANG_AT: hangAt = "0",
} = process.env;
const ack = policy === "onReceive" ? "onReceive" : "onSuccess";
const { broker, on, options } = await /** @type {NonNullable<typeof modes[string]>} */ (
  modes[mode]
)(connection("recorder", { url, ca }), root);
const lastDone = hangAt === "0" ? Infinity : Number(hangAt) - 1;
let begun = 0;

broker.subscriber(
  on,
  { ...options, ack, concurrency: 3 },
  async (/** @type {import("./modes.js").Job} */ { key, number }) => {
    const job = `${key} ${number}`;
    appendFileSync(file, `begun ${job}\n`);
    if (++begun > lastDone) {
      // Time for an early acknowledgement to be read by the broker: what a killed process has sent may be thrown away.
      setTimeout(() => process.send?.({ hangs: job }), 200);
      await new Promise(() => {});
    }
    // A job takes a moment, so that some are in hand whenever something happens.
    await new Promise((resolve) => setTimeout(resolve, 1));
    // Written before the handler ends, and so before the message is acknowledged.
    appendFileSync(file, `done ${job}\n`);
    process.send?.({ done: job });
  },
);

export const app = new App(broker, { title: "recorder", logger: createLogger({ level: "warn" }) });
