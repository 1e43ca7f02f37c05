/** Says on the terminal what becomes of emulator and services, whoever started them: the command, the page, or a saved file. */
import type { WorkbenchState } from "../protocol.ts";
import type { Terminal } from "./terminal.ts";

/** Call it with each state; it says what is new in it. */
export function createAnnouncer(terminal: Terminal): (state: WorkbenchState) => void {
  const told = new Map<string, string>();

  /** Whether this differs from what was last told of the subject. */
  function isNew(subject: string, what: string): boolean {
    if (told.get(subject) === what) return false;
    told.set(subject, what);
    return true;
  }

  return ({ analysis, emulator, topology, services }) => {
    if (isNew("analysis", analysis.error ?? "") && analysis.error !== undefined)
      terminal.warn(`the code cannot be read: ${analysis.error}`);
    if (isNew("emulator", `${emulator.status} ${emulator.error ?? ""}`)) {
      if (emulator.status === "failed")
        terminal.warn(`the emulator cannot be started: ${emulator.error ?? ""}`);
      for (const { protocol, url, movedFrom } of emulator.servers) {
        terminal.say(
          `${protocol}: ${url}${movedFrom === undefined ? "" : ` (${movedFrom} is taken)`}`,
        );
      }
    }
    for (const { id, name } of topology.services) {
      const service = services[id];
      const what = `${service?.status} ${service?.pid ?? ""}`;
      // A restart is told by its process, even if its end was not seen in between.
      if (service === undefined || !isNew(id, what)) continue;
      if (service.status === "running") terminal.say(`${name} is ready`);
      // What it printed last was on the terminal already.
      if (service.status === "crashed")
        terminal.warn(`${name} crashed: ${service.error?.split("\n")[0] ?? ""}`);
    }
    const taken = topology.problems
      .filter(({ code }) => code === "taken-port")
      .map(({ message }) => message);
    for (const message of taken) if (isNew(message, "told")) terminal.warn(message);
  };
}
