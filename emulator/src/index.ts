/** Brokers for development and tests, in this process: `startEmulator()`. Never production brokers. */
import { createClock } from "./clock.ts";
import type { Emulator, EmulatorOptions, EmulatorSnapshot } from "./emulator.ts";
import { createFaultEngine } from "./fault-engine.ts";
import { createJournal, type JournalEvent, type ProtocolName } from "./journal.ts";
import { createNotices } from "./notices.ts";
import { type Opened, openProtocol } from "./opening.ts";
import type { ProtocolContext, ProtocolKind } from "./protocol.ts";
import { spokenProtocols } from "./spoken.ts";
import { tlsTerms } from "./tls.ts";

export type { Clock } from "./clock.ts";
export type {
  Emulator,
  EmulatorAddress,
  EmulatorOptions,
  EmulatorServer,
  EmulatorSnapshot,
  EmulatorTls,
  KafkaUser,
  MqttUser,
} from "./emulator.ts";
export type { Fault, FaultEffect, FaultMatch, FaultRule } from "./faults.ts";
export type { JournalClient, JournalEvent, JournalKind, ProtocolName } from "./journal.ts";
export { PortError } from "./port.ts";

/** Only what is opened is loaded: reading the code of all takes longer than opening them. */
const kinds: Readonly<Record<ProtocolName, () => Promise<ProtocolKind>>> = {
  nats: async () => (await import("./nats/protocol.ts")).nats,
  redis: async () => (await import("./redis/protocol.ts")).redis,
  mqtt: async () => (await import("./mqtt/protocol.ts")).mqtt,
  rabbitmq: async () => (await import("./rabbitmq/protocol.ts")).rabbitmq,
  kafka: async () => (await import("./kafka/protocol.ts")).kafka,
};

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
    mqttUsers: options.mqttUsers ?? [],
    kafkaUsers: options.kafkaUsers ?? [],
    ...(options.kafkaBrokers === undefined ? {} : { kafkaBrokers: options.kafkaBrokers }),
    ...(options.kafkaAsVersion === undefined ? {} : { kafkaAsVersion: options.kafkaAsVersion }),
    ...(options.kafkaConfigs === undefined ? {} : { kafkaConfigs: options.kafkaConfigs }),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    maxPayload: options.maxPayload ?? DEFAULT_MAX_PAYLOAD,
    log: createNotices(options.log),
  };

  const tls = options.tls === undefined ? undefined : tlsTerms(options.tls);
  let connections = 0;
  const nextConnection = () => ++connections;
  const opened: Opened[] = [];
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= closeAll(opened));
  try {
    for (const kind of await Promise.all(wanted(options.only).map((name) => kinds[name]()))) {
      opened.push(await openProtocol(kind, context, options, nextConnection, tls));
    }
  } catch (error) {
    await close();
    throw error;
  }

  return {
    servers: opened.map(({ server }) => server),
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
    snapshot: async () => ({
      version: 1,
      time: clock.now(),
      protocols: Object.fromEntries(
        opened.flatMap(({ kind, protocol }) =>
          protocol.snapshot === undefined ? [] : [[kind.name, protocol.snapshot()]],
        ),
      ),
    }),
    restore: async (snapshot) => restore(snapshot, opened),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function wanted(only: readonly ProtocolName[] | undefined): readonly ProtocolName[] {
  const unknown = only?.find((name) => !spokenProtocols.some((spoken) => spoken === name));
  if (unknown !== undefined) {
    throw new Error(`the emulator does not speak ${unknown}: only ${spokenProtocols.join(", ")}`);
  }
  return only === undefined
    ? spokenProtocols
    : spokenProtocols.filter((name) => only.includes(name));
}

async function restore(snapshot: EmulatorSnapshot, opened: readonly Opened[]): Promise<void> {
  if (snapshot.version !== 1)
    throw new Error(`a snapshot of version ${String(snapshot.version)} cannot be read: only 1`);
  for (const [name, part] of Object.entries(snapshot.protocols)) {
    const protocol = opened.find(({ kind }) => kind.name === name)?.protocol;
    if (protocol?.restore === undefined)
      throw new Error(`the snapshot is of ${name}, too, which is not open here`);
    await protocol.restore(part, snapshot.time);
  }
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

async function closeAll(opened: readonly Opened[]): Promise<void> {
  await Promise.all(opened.map(({ closePorts }) => closePorts()));
  await Promise.all(opened.map(({ protocol }) => protocol.close()));
}
