/** The emulator's NATS against nats-server: the same client, the same messages, turn by turn. */
import { AckPolicy, connect, StorageType } from "nats";
import { compare } from "./compare.js";
import { startEmulator, startNatsServer } from "./servers.js";

const payload = new Uint8Array(128).fill(120);

export const natsPublish = {
  name: "nats-publish",
  what: "NATS, 128 bytes from one connection to a subscriber on another, messages/s",
  run: (/** @type {number} */ rounds) => onBoth(rounds, publishRate),
};

export const natsRequest = {
  name: "nats-request",
  what: "NATS, request and reply, 64 in flight, requests/s",
  run: (/** @type {number} */ rounds) => onBoth(rounds, requestRate),
};

export const jetstreamPublish = {
  name: "jetstream-publish",
  what: "JetStream, 128 bytes into a stream in memory, 64 in flight, confirmed messages/s",
  run: (/** @type {number} */ rounds) => onBoth(rounds, streamRate),
};

export const jetstreamConsume = {
  name: "jetstream-consume",
  what: "JetStream, pulled from a stream in memory and acknowledged, messages/s",
  run: (/** @type {number} */ rounds) => onBoth(rounds, consumeRate),
};

/** @param {number} rounds @param {(url: string) => Promise<number>} rate */
async function onBoth(rounds, rate) {
  const real = await startNatsServer();
  const emulator = await startEmulator();
  try {
    return await compare(rounds, {
      measured: () => rate(emulator.nats),
      against: () => rate(real.url),
    });
  } finally {
    await Promise.all([real.stop(), emulator.stop()]);
  }
}

/** @param {string} url */
async function publishRate(url, count = 50_000) {
  const sender = await connect({ servers: url });
  const receiver = await connect({ servers: url });
  try {
    let seen = 0;
    const all = new Promise((resolve) => {
      receiver.subscribe("bench", {
        callback: () => {
          if (++seen === count) resolve(undefined);
        },
      });
    });
    await receiver.flush();
    const started = performance.now();
    for (let index = 1; index <= count; index++) {
      sender.publish("bench", payload);
      // As a service would: not everything at once into the client's buffer.
      if (index % 1_000 === 0) await sender.flush();
    }
    await all;
    return (count / (performance.now() - started)) * 1000;
  } finally {
    await Promise.all([sender.close(), receiver.close()]);
  }
}

/** @param {string} url */
async function requestRate(url, count = 5_000, inFlight = 64) {
  const asking = await connect({ servers: url });
  const answering = await connect({ servers: url });
  try {
    answering.subscribe("bench", { callback: (_error, message) => message.respond(message.data) });
    await answering.flush();
    let left = count;
    const started = performance.now();
    await Promise.all(
      Array.from({ length: inFlight }, async () => {
        while (left-- > 0) await asking.request("bench", payload, { timeout: 10_000 });
      }),
    );
    return (count / (performance.now() - started)) * 1000;
  } finally {
    await Promise.all([asking.close(), answering.close()]);
  }
}

/** @param {string} url */
async function streamRate(url, count = 10_000, inFlight = 64) {
  const client = await connect({ servers: url });
  const manager = await client.jetstreamManager();
  await manager.streams.add({ name: "BENCH", subjects: ["bench.>"], storage: StorageType.Memory });
  try {
    const stream = client.jetstream();
    let left = count;
    const started = performance.now();
    await Promise.all(
      Array.from({ length: inFlight }, async () => {
        while (left-- > 0) await stream.publish("bench.a", payload);
      }),
    );
    return (count / (performance.now() - started)) * 1000;
  } finally {
    await manager.streams.delete("BENCH");
    await client.close();
  }
}

/** @param {string} url */
async function consumeRate(url, count = 10_000) {
  const client = await connect({ servers: url });
  const manager = await client.jetstreamManager();
  await manager.streams.add({ name: "BENCH", subjects: ["bench.>"], storage: StorageType.Memory });
  try {
    await manager.consumers.add("BENCH", {
      durable_name: "worker",
      ack_policy: AckPolicy.Explicit,
    });
    for (let index = 1; index <= count; index++) {
      client.publish("bench.a", payload);
      if (index % 1_000 === 0) await client.flush();
    }
    const consumer = await client.jetstream().consumers.get("BENCH", "worker");
    const started = performance.now();
    const messages = await consumer.consume({ max_messages: 500 });
    let seen = 0;
    for await (const message of messages) {
      message.ack();
      if (++seen === count) break;
    }
    await client.flush();
    return (count / (performance.now() - started)) * 1000;
  } finally {
    await manager.streams.delete("BENCH");
    await client.close();
  }
}
