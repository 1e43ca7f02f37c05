/** The emulator in a worker thread, held from outside. Loads nothing of the emulator itself. */
import { Worker } from "node:worker_threads";
import type { Emulator, EmulatorOptions, EmulatorServer, EmulatorSnapshot } from "./emulator.ts";
import type { JournalEvent } from "./journal.ts";
import type { Call, Request, ThreadData, ThreadError, ThreadMessage } from "./thread.ts";

export type {
  Emulator,
  EmulatorAddress,
  EmulatorOptions,
  EmulatorServer,
  EmulatorSnapshot,
} from "./emulator.ts";
export type { Fault, FaultEffect, FaultMatch, FaultRule } from "./faults.ts";
export type { JournalClient, JournalEvent, JournalKind, ProtocolName } from "./journal.ts";

/**
 * Starts the thread and resolves when clients can connect.
 * `entry` is the worker's file: the built `@millrace/emulator/worker`, or a bundle of it (bundlers must emit it as a file).
 */
export async function startEmulatorInWorker(
  entry: string | URL,
  { log, ...options }: EmulatorOptions = {},
): Promise<Emulator> {
  const worker = new Worker(entry, { workerData: { options } satisfies ThreadData });
  const listeners = new Set<(events: readonly JournalEvent[]) => void>();
  const calls = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  let ids = 0;
  let ended: Error | null = null;
  let closing: Promise<void> | undefined;

  const servers = await new Promise<readonly EmulatorServer[]>((resolve, reject) => {
    worker.on("message", (message: ThreadMessage) => {
      switch (message.kind) {
        case "ready":
          return resolve(message.servers);
        case "failed":
          reject(revived(message.error));
          return void worker.terminate();
        case "events":
          for (const listener of listeners) listener(message.events);
          return;
        case "log":
          return log?.(message.line);
        case "answer":
          calls.get(message.id)?.resolve(message.value);
          return void calls.delete(message.id);
        case "refused":
          calls.get(message.id)?.reject(revived(message.error));
          return void calls.delete(message.id);
      }
    });
    worker.on("error", end);
    worker.on("exit", () => end(new Error("it is closed")));

    function end(cause: Error): void {
      ended ??= new Error(`the emulator's thread has ended: ${cause.message}`, { cause });
      reject(ended);
      for (const call of calls.values()) call.reject(ended);
      calls.clear();
    }
  });

  function call(request: Request): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (ended !== null) return reject(ended);
      const id = ++ids;
      calls.set(id, { resolve, reject });
      worker.postMessage({ id, request } satisfies Call);
    });
  }

  async function close(): Promise<void> {
    // A thread that is gone has closed its ports.
    if (ended === null) await call({ kind: "close" }).catch(() => {});
    await worker.terminate();
  }

  return {
    servers,
    onEvents(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    events: async (after = 0) => (await call({ kind: "events", after })) as readonly JournalEvent[],
    async inject(rule) {
      const id = (await call({ kind: "inject", rule })) as number;
      return {
        id,
        fired: async () => (await call({ kind: "fired", fault: id })) as number,
        clear: async () => void (await call({ kind: "clear", fault: id })),
      };
    },
    advance: async (ms) => void (await call({ kind: "advance", ms })),
    publish: async (message) =>
      void (await call({
        kind: "publish",
        message: { ...message, payload: new Uint8Array(message.payload) },
      })),
    snapshot: async () => (await call({ kind: "snapshot" })) as EmulatorSnapshot,
    restore: async (snapshot) => void (await call({ kind: "restore", snapshot })),
    close: () => (closing ??= close()),
    [Symbol.asyncDispose]: () => (closing ??= close()),
  };
}

function revived({ name, message }: ThreadError): Error {
  return Object.assign(new Error(message), { name });
}
