import { startEmulator } from "@millrace/emulator";
import { expect, test } from "vitest";
import { Emulation } from "./emulation.ts";

function emulationOn(ports: { nats: number; mqtt: number }, opened: () => void = () => {}) {
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
  const emulation = emulationOn({ nats: 0, mqtt: 0 }, () => opened++);
  await emulation.stop();
  const [one, two] = await Promise.all([emulation.start(), emulation.start()]);
  expect(one).toBe(two);
  expect(opened).toBe(1);
  expect(Object.keys(emulation.environment())).toEqual(["MILLRACE_NATS_URL", "MILLRACE_MQTT_URL"]);
  await emulation.stop();
  expect(emulation.state).toEqual({ status: "stopped", servers: [] });
});

test("started again while it closes, it waits and has the same ports", async () => {
  const first = emulationOn({ nats: 0, mqtt: 0 });
  await first.start();
  const [nats, mqtt] = first.state.servers.map(({ port }) => port);
  await first.stop();

  const emulation = emulationOn({ nats: nats ?? 0, mqtt: mqtt ?? 0 });
  for (let round = 0; round < 3; round++) {
    await emulation.start();
    expect(emulation.state.servers.map(({ port, movedFrom }) => [port, movedFrom])).toEqual([
      [nats, undefined],
      [mqtt, undefined],
    ]);
    void emulation.stop();
  }
  await emulation.stop();
});

test("stopped while it starts, it is stopped", async () => {
  const emulation = emulationOn({ nats: 0, mqtt: 0 });
  const starting = emulation.start();
  await emulation.stop();
  await starting;
  expect(emulation.state.status).toBe("stopped");
});
