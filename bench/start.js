/** From the command to ready for clients: the emulator, each protocol alone and all together, against Node itself saying a word. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { compare } from "./compare.js";
import { end, protocols, startEmulator } from "./servers.js";

export const emulatorStarts = [
  figure("emulator-start", "until clients can connect", protocols),
  ...protocols.map((name) => figure(`start-${name}`, `with ${name} alone`, [name])),
];

/** @param {string} name @param {string} what @param {string[]} only */
function figure(name, what, only) {
  return {
    name,
    what: `millrace-emulator ${what}, against a word of Node, ms`,
    difference: true,
    run: (/** @type {number} */ rounds) =>
      compare(rounds, { measured: () => emulatorReady(only), against: nodeAlone }),
  };
}

/** @param {string[]} only */
async function emulatorReady(only) {
  const started = performance.now();
  const emulator = await startEmulator(only);
  const took = performance.now() - started;
  await emulator.stop();
  return took;
}

async function nodeAlone() {
  const started = performance.now();
  const args = ["-e", "console.log('ready')"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  const took = performance.now() - started;
  await end(child);
  return took;
}
