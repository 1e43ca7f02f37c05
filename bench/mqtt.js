/** The emulator's MQTT against mosquitto: the same client, the same messages, turn by turn. */
import mqtt from "mqtt";
import { compare } from "./compare.js";
import { startEmulator, startMosquitto } from "./servers.js";

const payload = Buffer.alloc(128, "x");

export const mqttQos0 = {
  name: "mqtt-qos0",
  what: "MQTT QoS 0, 128 bytes from one connection to a subscriber on another, messages/s",
  run: (/** @type {number} */ rounds) => onBoth(rounds, (url) => rate(url, 0, 20_000)),
};

export const mqttQos1 = {
  name: "mqtt-qos1",
  what: "MQTT QoS 1, the same, acknowledged on both sides, messages/s",
  run: (/** @type {number} */ rounds) => onBoth(rounds, (url) => rate(url, 1, 10_000)),
};

export const mqttQos2 = {
  name: "mqtt-qos2",
  what: "MQTT QoS 2, the same, 15 under way, messages/s",
  // mosquitto 2.0.11 loses messages of a client that has more than 20 under way.
  run: (/** @type {number} */ rounds) => onBoth(rounds, (url) => rate(url, 2, 5_000, 15, 5)),
};

/** @param {number} rounds @param {(url: string) => Promise<number>} rate */
async function onBoth(rounds, rate) {
  const real = await startMosquitto();
  const emulator = await startEmulator();
  try {
    return await compare(rounds, {
      measured: () => rate(emulator.mqtt),
      against: () => rate(real.url),
    });
  } finally {
    await Promise.all([real.stop(), emulator.stop()]);
  }
}

/** At most `ahead` messages are under way, so that no broker has to drop any. @param {string} url @param {0 | 1 | 2} qos @param {number} count */
async function rate(url, qos, count, ahead = 500, every = 100) {
  const sender = await mqtt.connectAsync(url, { protocolVersion: 4 });
  const receiver = await mqtt.connectAsync(url, { protocolVersion: 4 });
  try {
    await receiver.subscribeAsync("bench", { qos });
    let sent = 0;
    let seen = 0;
    const started = performance.now();
    await new Promise((resolve, reject) => {
      function send() {
        while (sent < count && sent - seen < ahead) {
          sent++;
          sender.publish("bench", payload, { qos }, (error) => error && reject(error));
        }
      }
      receiver.on("message", () => {
        if (++seen === count) resolve(undefined);
        else if (seen % every === 0) send();
      });
      send();
    });
    return (count / (performance.now() - started)) * 1000;
  } finally {
    await Promise.all([sender.endAsync(true), receiver.endAsync(true)]);
  }
}
