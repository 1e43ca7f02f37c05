/** The same on the emulator, so that the unit tests hold it, too. */
import { startEmulator } from "@millrace/emulator";
import { describe } from "vitest";
import { survives } from "./outages.ts";

const rounds = Number(process.env["MILLRACE_ROUNDS"] ?? 1);

async function start(protocol: "mqtt" | "kafka") {
  const emulator = await startEmulator({ only: [protocol], ports: { [protocol]: 0 } });
  return { url: emulator.servers[0]?.url ?? "", stop: () => emulator.close() };
}

describe("mqtt", () => {
  survives(() => start("mqtt"), {
    mode: "mqtt",
    outage: null,
    keepsOrder: true,
    inFlight: 3,
    rounds,
  });
});

describe("kafka", () => {
  survives(() => start("kafka"), {
    mode: "kafka",
    outage: null,
    keepsOrder: true,
    inFlight: 10,
    rounds,
  });
});
