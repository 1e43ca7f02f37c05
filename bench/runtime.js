/** What the runtime costs: a subscriber of `NatsBroker` against one written on the bare client, on the same server. */
import { connect, JSONCodec } from "nats";
import { compare } from "./compare.js";
import { Missing, startEmulator, startNatsServer } from "./servers.js";

const order = { id: "o-1", customer: "Ada", total: 41.5, items: ["tea", "cup"] };

export const runtimeSubscriber = {
  name: "runtime-nats",
  what: "a NatsBroker subscriber against the bare client, both decoding JSON, messages/s",
  async run(/** @type {number} */ rounds) {
    const { url, stop } = await server();
    try {
      return await compare(rounds, {
        measured: () => withMillrace(url),
        against: () => withClient(url),
      });
    } finally {
      await stop();
    }
  },
};

/** The real server where it is installed: it takes the least of the machine from what is measured. */
async function server() {
  try {
    return await startNatsServer();
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    const { nats: url, stop } = await startEmulator();
    return { url, stop };
  }
}

/** @param {string} url */
async function withMillrace(url) {
  const { App, type } = await import("millrace");
  const { NatsBroker } = await import("millrace/nats");
  const counter = count();
  const broker = new NatsBroker({ url });
  broker.subscriber("bench", { schema: type() }, async (received) => counter.take(received));
  const app = new App(broker, { title: "bench" });
  await app.start();
  try {
    return await feed(url, counter);
  } finally {
    await app.stop();
  }
}

/** @param {string} url */
async function withClient(url) {
  const counter = count();
  const codec = JSONCodec();
  const client = await connect({ servers: url });
  try {
    client.subscribe("bench", {
      callback: async (_error, message) => counter.take(codec.decode(message.data)),
    });
    await client.flush();
    return await feed(url, counter);
  } finally {
    await client.close();
  }
}

/** Looks at each message, so that decoding it cannot be left out. */
function count(expected = 20_000) {
  let left = expected;
  let done = () => {};
  const all = /** @type {Promise<void>} */ (new Promise((resolve) => (done = resolve)));
  return {
    expected,
    all,
    /** @param {unknown} received */
    take(received) {
      if (/** @type {typeof order} */ (received).id !== order.id)
        throw new Error("that is not what was sent");
      if (--left === 0) done();
    },
  };
}

/** @param {string} url @param {ReturnType<typeof count>} counter */
async function feed(url, counter) {
  const sender = await connect({ servers: url });
  const payload = JSONCodec().encode(order);
  const started = performance.now();
  for (let index = 1; index <= counter.expected; index++) {
    sender.publish("bench", payload);
    if (index % 500 === 0) await sender.flush();
  }
  await counter.all;
  const rate = (counter.expected / (performance.now() - started)) * 1000;
  await sender.close();
  return rate;
}
