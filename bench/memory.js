/** What a million keys, or a million messages, take in the emulator's memory beside their own bytes. */
import { once } from "node:events";
import { connect } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const MANY = 1_000_000;
/** Before the first measurement, so that the journal, which keeps the last 10,000 events, is full. */
const BEFORE = 20_000;
const BATCH = 10_000;
/** No key and no message may take more, bytes. */
const BOUND = 400;

/** @typedef {(from: number, to: number) => { request: string, reply: number, size: number }} Batch */

export const memory = [
  figure("memory-keys", "an idle key of Redis", "redis", "", (from, to) => {
    const commands = numbers(from, to).map((number) => {
      const [key, value] = [`session:${number}`, `user:${number}`];
      return { text: resp(["SET", key, value]), size: key.length + value.length };
    });
    return { ...joined(commands), reply: (to - from) * "+OK\r\n".length };
  }),
  figure("memory-messages", "a message of a stream in JetStream", "nats", stream(), (from, to) =>
    messages(numbers(from, to).map((number) => `orders.${number % 1000}`)),
  ),
  figure("memory-subjects", "a message with a subject of its own", "nats", stream(), (from, to) =>
    messages(numbers(from, to).map((number) => `orders.${number}`)),
  ),
];

/**
 * @param {string} name @param {string} one @param {"nats" | "redis"} protocol
 * @param {string} greeting @param {Batch} batch
 */
function figure(name, one, protocol, greeting, batch) {
  return {
    name,
    what: `bytes that ${one} takes beside its own, against the most it may`,
    async run() {
      const measured = await overhead(protocol, greeting, batch);
      const ratio = measured / BOUND;
      return { ratio, lowest: ratio, highest: ratio, measured, against: BOUND };
    },
  };
}

/** In this process, where garbage can be collected first. @param {"nats" | "redis"} protocol @param {string} greeting @param {Batch} batch */
async function overhead(protocol, greeting, batch) {
  const { startEmulator } = await import("@millrace/emulator");
  const emulator = await startEmulator({ only: [protocol], ports: { [protocol]: 0 } });
  const socket = connect({ host: "127.0.0.1", port: emulator.servers[0]?.port ?? 0 });
  let received = 0;
  let wake = () => {};
  socket.on("data", (chunk) => {
    received += chunk.length;
    wake();
  });
  await once(socket, "connect");
  if (greeting !== "") {
    socket.write(greeting);
    while (!String((await once(socket, "data"))[0]).endsWith("PONG\r\n")) continue;
  }
  let size = 0;
  /** @param {number} start @param {number} end */
  const fill = async (start, end) => {
    for (let from = start; from < end; from += BATCH) {
      const { request, reply, size: own } = batch(from, Math.min(from + BATCH, end));
      received = 0;
      socket.write(request);
      while (received < reply) await new Promise((resolve) => (wake = () => resolve(undefined)));
      size += own;
    }
  };
  await fill(0, BEFORE);
  const before = used();
  size = 0;
  await fill(BEFORE, BEFORE + MANY);
  const after = used();
  socket.destroy();
  await emulator.close();
  return (after - before - size) / MANY;
}

function used() {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** @param {number} from @param {number} to */
function numbers(from, to) {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** @param {string[]} subjects */
function messages(subjects) {
  const payload = "x".repeat(64);
  const commands = subjects.map((subject) => ({
    text: `PUB ${subject} ${payload.length}\r\n${payload}\r\n`,
    size: subject.length + payload.length,
  }));
  const { request, size } = joined(commands);
  return { request: `${request}PING\r\n`, size, reply: "PONG\r\n".length };
}

function stream() {
  const config = JSON.stringify({ name: "orders", subjects: ["orders.>"], storage: "memory" });
  return `CONNECT {"verbose":false}\r\nPUB $JS.API.STREAM.CREATE.orders ${config.length}\r\n${config}\r\nPING\r\n`;
}

/** @param {{ text: string, size: number }[]} commands */
function joined(commands) {
  return {
    request: commands.map(({ text }) => text).join(""),
    size: commands.reduce((sum, { size }) => sum + size, 0),
  };
}

/** @param {string[]} words */
function resp(words) {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}
