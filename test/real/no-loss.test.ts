import { startEmulator } from "@millrace/emulator";
import { losesNothing } from "./no-loss.ts";

async function startServer() {
  const emulator = await startEmulator({ only: ["mqtt"], ports: { mqtt: 0 } });
  return { url: emulator.servers[0]?.url ?? "", stop: () => emulator.close() };
}

// Each kill starts a process, and this suite is to be quick.
losesNothing("the emulator", startServer, {
  rounds: Number(process.env["MILLRACE_ROUNDS"] ?? 1),
  kills: 2,
});
