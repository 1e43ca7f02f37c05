/** The emulator in a thread of its own: the entry that `startEmulatorInWorker` is given. Also bundled as CommonJS. */
import { parentPort, workerData } from "node:worker_threads";
import type { Emulator } from "./emulator.ts";
import type { Fault } from "./faults.ts";
import { startEmulator } from "./index.ts";
import type { JournalEvent } from "./journal.ts";
import type { Call, Request, ThreadData, ThreadError, ThreadMessage } from "./thread.ts";

function post(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

async function main(): Promise<void> {
  try {
    const { options } = workerData as ThreadData;
    serve(await startEmulator({ ...options, log: (line) => post({ kind: "log", line }) }));
  } catch (error) {
    post({ kind: "failed", error: crossing(error) });
  }
}

function serve(emulator: Emulator): void {
  const faults = new Map<number, Fault>();
  let batch: JournalEvent[] = [];

  emulator.onEvents((events) => {
    if (batch.push(...events) === events.length) setImmediate(flush);
  });
  parentPort?.on("message", ({ id, request }: Call) => {
    void answer(request).then(
      (value) => reply({ kind: "answer", id, value }),
      (error: unknown) => reply({ kind: "refused", id, error: crossing(error) }),
    );
  });
  post({ kind: "ready", servers: emulator.servers });

  async function answer(request: Request): Promise<unknown> {
    switch (request.kind) {
      case "events":
        return (await emulator.events(request.after)).map(alone);
      case "inject": {
        const fault = await emulator.inject(request.rule);
        faults.set(fault.id, fault);
        return fault.id;
      }
      case "fired":
        return faults.get(request.fault)?.fired();
      case "clear":
        return faults.get(request.fault)?.clear();
      case "advance":
        return emulator.advance(request.ms);
      case "publish":
        return emulator.publish(request.message);
      case "snapshot":
        return emulator.snapshot();
      case "restore":
        return emulator.restore(request.snapshot);
      case "close":
        return emulator.close();
    }
  }

  /** What happened before an answer arrives before it. */
  function reply(message: ThreadMessage): void {
    flush();
    post(message);
  }

  function flush(): void {
    const events = batch;
    batch = [];
    if (events.length > 0) post({ kind: "events", events: events.map(alone) });
  }
}

/** With a payload of its own: cloning a view would copy the whole memory behind it. */
function alone(event: JournalEvent): JournalEvent {
  return { ...event, payload: new Uint8Array(event.payload) };
}

function crossing(error: unknown): ThreadError {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: "Error", message: String(error) };
}

void main();
