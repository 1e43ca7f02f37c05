/** From the command to ready for clients: the emulator, against Node itself doing nothing. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { compare } from "./compare.js";
import { startEmulator } from "./servers.js";

export const emulatorStart = {
  name: "emulator-start",
  what: "millrace-emulator until clients can connect, against `node -e 0`, ms",
  run: (/** @type {number} */ rounds) =>
    compare(rounds, { measured: emulatorReady, against: nodeAlone }),
};

async function emulatorReady() {
  const started = performance.now();
  const emulator = await startEmulator();
  const took = performance.now() - started;
  await emulator.stop();
  return took;
}

async function nodeAlone() {
  const started = performance.now();
  await once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "exit");
  return performance.now() - started;
}
