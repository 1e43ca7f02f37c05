/** Connecting to brokers that answer in ways real ones here do not. */
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { App } from "../app.ts";
import { ConnectError } from "../errors.ts";
import { createLogger } from "../logger.ts";
import { MqttBroker } from "./broker.ts";
import type { MqttOptions } from "./options.ts";

/** Answers each CONNECT as it is told; the protocol level is its tenth byte. */
async function server(answer: (level: number, socket: Socket) => void) {
  const levels: number[] = [];
  const listening = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (bytes: Buffer) => {
      const level = bytes[8] ?? 0;
      levels.push(level);
      answer(level, socket);
    });
  }).listen(0, "127.0.0.1");
  await once(listening, "listening");
  onTestFinished(() => void listening.close());
  return { url: `mqtt://127.0.0.1:${(listening.address() as AddressInfo).port}`, levels };
}

const start = async (options: MqttOptions) => {
  const app = new App(new MqttBroker(options), { logger: createLogger({ level: "silent" }) });
  await app.start();
  return app;
};

/** 3.1.1, 3.2.2.3: return code 1 is "unacceptable protocol version". */
const onlyThree = (level: number, socket: Socket) =>
  void (level === 4
    ? socket.write(Buffer.of(0x20, 2, 0, 0))
    : socket.end(Buffer.of(0x20, 2, 0, 1)));

test("a broker that refuses MQTT 5 is spoken to in 3.1.1", async () => {
  const { url, levels } = await server(onlyThree);
  const app = await start({ url });
  expect(levels).toEqual([5, 4]);
  expect(app.health().status).toBe("up");
  await app.stop();
});

test("asked for 5, it stays an error", async () => {
  const { url, levels } = await server(onlyThree);
  await expect(start({ url, protocol: "5" })).rejects.toThrow(ConnectError);
  expect(levels).toEqual([5]);
});

test("a broker that closes or never answers is an error within the limit", async () => {
  const closing = await server((_, socket) => socket.destroy());
  await expect(start({ url: closing.url })).rejects.toThrow(
    /closed the connection|does not answer/,
  );
  const silent = await server(() => {});
  await expect(start({ url: silent.url, connectTimeout: 50 })).rejects.toThrow(ConnectError);
});
