/** The emulator's RabbitMQ against rabbitmq-server: the same client, the same messages, turn by turn. */
import { connect } from "amqplib";
import { compare } from "./compare.js";
import { startRabbitmq } from "./rabbitmq-server.js";
import { startEmulator } from "./servers.js";

const payload = Buffer.alloc(128, "x");
const QUEUE = "bench";
const PREFETCH = 200;
/** Else the end of a burst waits up to 40 ms for the acknowledgement of TCP, whoever serves. */
const OPTIONS = { noDelay: true };

/** @type {Readonly<Record<string, readonly [what: string, rate: (url: string) => Promise<number>]>>} */
const figures = {
  publish: ["RabbitMQ, 128 bytes into a queue, messages/s", publishRate],
  confirms: ["RabbitMQ, 128 bytes into a queue, 200 unconfirmed, messages/s", confirmRate],
  consume: [`RabbitMQ, consumed and acknowledged at prefetch ${PREFETCH}, messages/s`, consumeRate],
  through: [
    `RabbitMQ, from one connection to another at prefetch ${PREFETCH}, messages/s`,
    throughRate,
  ],
};

export const rabbitmqFigures = Object.entries(figures).map(([name, [what, rate]]) => ({
  name: `rabbitmq-${name}`,
  what,
  run: (/** @type {number} */ rounds) => onBoth(rounds, rate),
}));

/** @param {number} rounds @param {(url: string) => Promise<number>} rate */
async function onBoth(rounds, rate) {
  const real = await startRabbitmq();
  const emulator = await startEmulator();
  try {
    return await compare(rounds, {
      measured: () => rate(emulator.rabbitmq),
      against: () => rate(real.url),
    });
  } finally {
    await Promise.all([real.stop(), emulator.stop()]);
  }
}

/** @param {string} url */
async function publishRate(url, count = 30_000) {
  const connection = await connect(url, OPTIONS);
  try {
    const channel = await connection.createChannel();
    await freshQueue(channel);
    const started = performance.now();
    await fill(channel, count);
    return rateOf(count, started);
  } finally {
    await connection.close();
  }
}

/** @param {string} url */
async function confirmRate(url, count = 20_000, unconfirmed = 200) {
  const connection = await connect(url, OPTIONS);
  try {
    const channel = await connection.createConfirmChannel();
    await freshQueue(channel);
    let [sent, confirmed] = [0, 0];
    const started = performance.now();
    await new Promise((resolve, reject) => {
      const send = () => {
        sent++;
        channel.sendToQueue(QUEUE, payload, {}, (error) => {
          if (error) reject(new Error("a message was refused", { cause: error }));
          else if (++confirmed === count) resolve(undefined);
          else if (sent < count) send();
        });
      };
      for (let index = 0; index < unconfirmed; index++) send();
    });
    return rateOf(count, started);
  } finally {
    await connection.close();
  }
}

/** @param {string} url */
async function consumeRate(url, count = 20_000) {
  const connection = await connect(url, OPTIONS);
  try {
    const channel = await connection.createChannel();
    await freshQueue(channel);
    await fill(channel, count);
    const started = performance.now();
    await consume(channel, count);
    return rateOf(count, started);
  } finally {
    await connection.close();
  }
}

/** @param {string} url */
async function throughRate(url, count = 20_000, inFlight = 1_000) {
  const [sender, receiver] = [await connect(url, OPTIONS), await connect(url, OPTIONS)];
  try {
    const [from, to] = [await sender.createChannel(), await receiver.createChannel()];
    await freshQueue(from);
    let sent = 0;
    const send = () => {
      if (sent++ < count) from.sendToQueue(QUEUE, payload);
    };
    const started = performance.now();
    const all = consume(to, count, send);
    for (let index = 0; index < inFlight; index++) send();
    await all;
    return rateOf(count, started);
  } finally {
    await Promise.all([sender.close(), receiver.close()]);
  }
}

/** @param {import("amqplib").Channel} channel */
async function freshQueue(channel) {
  await channel.assertQueue(QUEUE, { durable: false });
  await channel.purgeQueue(QUEUE);
}

/** Resolves when all are in the queue. @param {import("amqplib").Channel} channel @param {number} count */
async function fill(channel, count) {
  for (let index = 1; index <= count; index++) {
    channel.sendToQueue(QUEUE, payload);
    // As a service would: not everything at once into the client's buffer.
    if (index % 1_000 === 0) await channel.checkQueue(QUEUE);
  }
}

/**
 * Resolves when so many have come and are acknowledged.
 * @param {import("amqplib").Channel} channel @param {number} count @param {() => void} [each]
 */
async function consume(channel, count, each = () => {}) {
  await channel.prefetch(PREFETCH);
  let seen = 0;
  await new Promise((resolve) => {
    void channel.consume(QUEUE, (message) => {
      if (message === null) return;
      channel.ack(message);
      each();
      if (++seen === count) resolve(undefined);
    });
  });
  // Answered behind the acknowledgements.
  await channel.checkQueue(QUEUE);
}

/** @param {number} count @param {number} started */
function rateOf(count, started) {
  return (count / (performance.now() - started)) * 1000;
}
