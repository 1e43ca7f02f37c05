/** Brokers for development and tests, in this process: `startEmulator()`. Never production brokers. */
import { createClock } from "./clock.ts";
import type { Emulator, EmulatorOptions, EmulatorServer } from "./emulator.ts";
import { createFaultEngine } from "./fault-engine.ts";
import { createJournal, type JournalEvent, type ProtocolName } from "./journal.ts";
import { listen, type Listener } from "./listener.ts";
import { mqtt } from "./mqtt/protocol.ts";
import { nats } from "./nats/protocol.ts";
import type { Protocol, ProtocolContext, ProtocolKind } from "./protocol.ts";

export type { Clock } from "./clock.ts";
export type { Emulator, EmulatorOptions, EmulatorServer } from "./emulator.ts";
export type { Fault, FaultEffect, FaultMatch, FaultRule } from "./faults.ts";
export type { JournalClient, JournalEvent, JournalKind, ProtocolName } from "./journal.ts";
export { PortError } from "./listener.ts";

/** The protocols that are spoken. A further one is a folder and a row. */
const kinds: readonly ProtocolKind[] = [nats, mqtt];

const DEFAULT_MAX_PAYLOAD = 1024 * 1024;

/**
 * Opens the brokers' ports on loopback and resolves when clients can connect.
 * @throws {PortError} where a port cannot be had.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const clock = createClock();
  const journal = createJournal(clock);
  const faults = createFaultEngine();
  const context: ProtocolContext = {
    clock,
    journal,
    faults,
    auth: options.auth ?? null,
    maxPayload: options.maxPayload ?? DEFAULT_MAX_PAYLOAD,
  };

  let connections = 0;
  const opened: { kind: ProtocolKind; protocol: Protocol; listener: Listener }[] = [];
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= closeAll(opened));
  try {
    for (const kind of wanted(options.only)) {
      const protocol = await kind.open(context);
      const listener = await listen({
        port: options.ports?.[kind.name] ?? kind.defaultPort,
        move: options.moveTakenPorts ?? true,
        nextConnection: () => ++connections,
        accept: (connection) => protocol.accept(connection),
      }).catch(async (error: unknown) => {
        await protocol.close();
        throw error;
      });
      opened.push({ kind, protocol, listener });
    }
  } catch (error) {
    await close();
    throw error;
  }

  return {
    servers: opened.map(({ kind, listener }) => describe(kind, listener)),
    onEvents: (listener) => batched(listener, (each) => journal.subscribe(each)),
    events: async (after = 0) => journal.since(after),
    inject: async (rule) => faults.inject(rule),
    advance: async (ms) => clock.advance(ms),
    async publish({ protocol: name, ...message }) {
      if (closing !== undefined) throw new Error("the emulator is closed");
      const found = opened.find(({ kind }) => kind.name === name);
      if (found === undefined) throw new Error(`${name} is not open in this emulator`);
      await found.protocol.publish(message);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function wanted(only: readonly ProtocolName[] | undefined): readonly ProtocolKind[] {
  const unknown = only?.find((name) => kinds.every((kind) => kind.name !== name));
  if (unknown !== undefined) {
    throw new Error(
      `the emulator does not speak ${unknown} yet: only ${kinds.map((kind) => kind.name).join(" and ")}`,
    );
  }
  return only === undefined ? kinds : kinds.filter((kind) => only.includes(kind.name));
}

function describe(kind: ProtocolKind, { port, movedFrom }: Listener): EmulatorServer {
  const url = `${kind.scheme}127.0.0.1:${port}`;
  return { protocol: kind.name, url, port, ...(movedFrom === undefined ? {} : { movedFrom }) };
}

/** Events go to the listener behind what is being done, so that it can call the emulator and cannot disturb the model. */
function batched(
  listener: (events: readonly JournalEvent[]) => void,
  subscribe: (each: (event: JournalEvent) => void) => () => void,
): () => void {
  let batch: JournalEvent[] = [];
  let stopped = false;
  const unsubscribe = subscribe((event) => {
    if (batch.push(event) > 1) return;
    queueMicrotask(() => {
      const events = batch;
      batch = [];
      if (!stopped) listener(events);
    });
  });
  return () => {
    stopped = true;
    unsubscribe();
  };
}

async function closeAll(
  opened: readonly { protocol: Protocol; listener: Listener }[],
): Promise<void> {
  await Promise.all(opened.map(({ listener }) => listener.close()));
  await Promise.all(opened.map(({ protocol }) => protocol.close()));
}
