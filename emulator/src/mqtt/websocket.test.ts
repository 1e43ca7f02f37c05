import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Emulator } from "../emulator.ts";
import { startEmulator } from "../index.ts";
import { encode } from "./wire/encode.ts";

let emulator: Emulator;
let url: string;
beforeAll(async () => {
  emulator = await startEmulator({ only: ["mqtt"], ports: { mqtt: 0 } });
  url = emulator.servers[0]?.websocket?.url ?? "";
});
afterAll(() => emulator.close());

const connect = encode(
  { type: "connect", version: 4, clientId: "page", clean: true, keepAlive: 0, properties: {} },
  4,
);
const ping = encode({ type: "pingreq" }, 4);

test("packets may come in pieces and several in one message: [MQTT-6.0.0-2]", async () => {
  const socket = new WebSocket(url, "mqtt");
  await once(socket, "open");
  const answers: Buffer[] = [];
  const all = new Promise<void>((resolve) => {
    socket.on("message", (data: Buffer) => {
      answers.push(data);
      if (Buffer.concat(answers).length === 8) resolve();
    });
  });
  socket.send(connect.subarray(0, 5));
  socket.send(Buffer.concat([connect.subarray(5), ping, ping]));
  await all;
  expect(Buffer.concat(answers).toString("hex")).toBe("20020000d000d000");
  socket.terminate();
});

test("text ends the connection: [MQTT-6.0.0-1]", async () => {
  const socket = new WebSocket(url, "mqtt");
  await once(socket, "open");
  socket.send(connect.toString("latin1"));
  const [code] = await once(socket, "close");
  expect(code).toBe(1006);
});

test.each([
  ["the subprotocol mqtt, in any place", ["foo", "mqtt"], {}, "mqtt"],
  ["that of MQTT 3.1", ["mqttv3.1"], {}, "mqttv3.1"],
  ["a page of a development server", ["mqtt"], { origin: "http://localhost:5173" }, "mqtt"],
  ["no subprotocol", [], {}, "400"],
  ["another subprotocol", ["foo"], {}, "400"],
  ["a page from elsewhere", ["mqtt"], { origin: "https://example.com" }, "403"],
  [
    "a page that looks like this machine",
    ["mqtt"],
    { origin: "http://localhost.example.com" },
    "403",
  ],
  ["a page from nowhere", ["mqtt"], { origin: "null" }, "403"],
  ["another host", ["mqtt"], { headers: { host: "example.com" } }, "403"],
])("%s", async (_, protocols, options, outcome) => {
  const socket = new WebSocket(url, protocols, options);
  const told = await new Promise((resolve) => {
    socket.once("open", () => resolve(socket.protocol));
    socket.once("error", ({ message }) => resolve(message.replace(/^.*: /, "")));
  });
  expect(told).toBe(outcome);
  socket.terminate();
});
