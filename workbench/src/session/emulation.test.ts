import { type EmulatorOptions, startEmulator } from "@millrace/emulator";
import { expect, test } from "vitest";
import { Emulation } from "./emulation.ts";

function emulationOn(ports: NonNullable<EmulatorOptions["ports"]>, opened: () => void = () => {}) {
  return new Emulation({
    open: () => {
      opened();
      return startEmulator({ ports });
    },
    onChange: () => {},
    onNew: () => {},
    onEvents: () => {},
  });
}

test("starting twice is starting once; stopping what does not run is nothing", async () => {
  let opened = 0;
  const emulation = emulationOn(
    { nats: 0, redis: 0, mqtt: 0, rabbitmq: 0, kafka: 0 },
    () => opened++,
  );
  await emulation.stop();
  const [one, two] = await Promise.all([emulation.start(), emulation.start()]);
  expect(one).toBe(two);
  expect(opened).toBe(1);
  expect(Object.keys(emulation.environment())).toEqual([
    "MILLRACE_NATS_URL",
    "MILLRACE_REDIS_URL",
    "MILLRACE_MQTT_URL",
    "MILLRACE_RABBITMQ_URL",
    "MILLRACE_KAFKA_URL",
  ]);
  await emulation.stop();
  expect(emulation.state).toEqual({ status: "stopped", servers: [] });
});

test("started again while it closes, it waits and has the same ports", async () => {
  const first = emulationOn({ nats: 0, redis: 0, mqtt: 0, rabbitmq: 0, kafka: 0 });
  await first.start();
  const [nats, redis, mqtt, rabbitmq, kafka] = first.state.servers.map(({ port }) => port);
  await first.stop();

  const emulation = emulationOn({
    nats: nats ?? 0,
    redis: redis ?? 0,
    mqtt: mqtt ?? 0,
    rabbitmq: rabbitmq ?? 0,
    kafka: kafka ?? 0,
  });
  for (let round = 0; round < 3; round++) {
    await emulation.start();
    expect(emulation.state.servers.map(({ port, movedFrom }) => [port, movedFrom])).toEqual([
      [nats, undefined],
      [redis, undefined],
      [mqtt, undefined],
      [rabbitmq, undefined],
      [kafka, undefined],
    ]);
    void emulation.stop();
  }
  await emulation.stop();
});

test("stopped while it starts, it is stopped", async () => {
  const emulation = emulationOn({ nats: 0, redis: 0, mqtt: 0, rabbitmq: 0, kafka: 0 });
  const starting = emulation.start();
  await emulation.stop();
  await starting;
  expect(emulation.state.status).toBe("stopped");
});
