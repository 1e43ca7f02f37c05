/**
 * Ends what its parent leaves behind, however that ended: killed, crashed, or stuck in a loop and killed then. On its
 * standard input, which closes with the parent, it is told of each server's folder: `<folder><tab><pid>`, with pid 0
 * where none runs now, and without one when the folder is gone.
 */
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";

/** @type {Map<string, number>} */
const running = new Map();

for await (const line of createInterface({ input: process.stdin })) {
  const [folder = "", pid] = line.split("\t");
  if (pid === undefined) running.delete(folder);
  else running.set(folder, Number(pid));
}
for (const pid of running.values()) {
  try {
    if (pid > 0) process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
for (const folder of running.keys()) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
