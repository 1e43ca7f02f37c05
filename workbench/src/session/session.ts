/**
 * One workspace's workbench: joins its topology, its emulator, its services and their traffic, and holds the verbs on them.
 * Knows no editor and no server; a shell connects pages to it and hands it file events.
 */
import { basename } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type JournalEvent, startEmulatorInWorker } from "@millrace/emulator/remote";
import { type Analysis, startAnalysis } from "../analysis/index.ts";
import type { Answer, SavedMessage, TrafficEvent, WorkbenchState } from "../protocol.ts";
import type { Topology } from "../topology.ts";
import type { Session, SessionOptions, SessionParts } from "./contract.ts";
import { openDrafts } from "./drafts.ts";
import { Emulation } from "./emulation.ts";
import { receive } from "./page-verbs.ts";
import { coalesce, createListeners, createPages } from "./pages.ts";
import { STOP_DEADLINE } from "./processes.ts";
import { takenPortProblems } from "./ports.ts";
import { isSavedMessage, readSavedMessages } from "./saved-messages.ts";
import { createSending } from "./sending.ts";
import { type OutputLine, Services } from "./services.ts";
import { realTargets } from "./targets.ts";
import { createTraffic } from "./traffic.ts";

const UNTRUSTED =
  "This workspace is not trusted: starting, running and sending are off until you trust it.";

const nothing: Topology = {
  revision: 0,
  services: [],
  servers: [],
  channels: [],
  operations: [],
  links: [],
  problems: [],
  notices: [],
};

export function createSession(options: SessionOptions): Session {
  const { folder, shell } = options;
  const parts: SessionParts = {
    startAnalysis,
    startEmulator: startEmulatorInWorker,
    ...options.parts,
  };
  const ownEnvironment = options.ownEnvironment ?? process.env;
  const log = options.log ?? (() => {});
  let trusted = options.trusted;
  let closed: Promise<void> | undefined;
  let revision = 0;
  /** As the analysis found it; `state.topology` has what the emulator and the saved messages add. */
  let found: Topology = nothing;
  let analysisState: WorkbenchState["analysis"] = { status: "reading" };
  let saved: { messages: readonly SavedMessage[]; notices: readonly string[] } = {
    messages: [],
    notices: [],
  };
  /** Events that came before the first topology wait for it: they could not be told apart without. */
  let waiting: JournalEvent[] | null = [];

  const pages = createPages();
  const stateListeners = createListeners<WorkbenchState>();
  const trafficListeners = createListeners<readonly TrafficEvent[]>();
  const outputListeners = createListeners<OutputLine>();
  let state: WorkbenchState;
  const update = coalesce(() => {
    pages.tell({ kind: "state", state });
    stateListeners.call(state);
  });

  const traffic = createTraffic(() => found);
  const emulation = new Emulation({
    open: () => parts.startEmulator(options.workers.emulator, { ...options.emulator?.(), log }),
    onChange: changed,
    onNew: () => traffic.nextEmulator(),
    onEvents: takeEvents,
  });
  const services = new Services({
    folder,
    environment: () => emulation.environment(),
    // A person reads it, though it is no terminal that they write to.
    settings: { LOG_FORMAT: process.env["LOG_FORMAT"] ?? "pretty", ...options.serviceEnvironment },
    onChange: changed,
    onOutput: (line) => outputListeners.call(line),
  });
  const sending = createSending({
    folder,
    topology: () => found,
    savedMessages: () => saved.messages,
    drafts: openDrafts(options.draftsFile),
    emulator: () => (emulation.state.status === "running" ? emulation.start() : null),
    realBrokers: targets,
  });

  function targets(): ReturnType<typeof realTargets> {
    return realTargets(found, ownEnvironment, emulation.state.servers);
  }

  /** Everything that pages and shells see, made anew from the parts. */
  function describe(): WorkbenchState {
    const emulator = emulation.state;
    return {
      shell,
      workspace: basename(folder),
      trusted,
      ...(trusted ? {} : { untrustedReason: UNTRUSTED }),
      analysis: analysisState,
      topology: {
        ...found,
        revision,
        problems: [
          ...found.problems,
          ...takenPortProblems(found, emulator.servers, ownEnvironment),
        ],
        notices: [...found.notices, ...saved.notices],
      },
      emulator,
      realBrokers: Object.fromEntries([...targets()].map(([id, { shown }]) => [id, shown])),
      services: services.states(),
      savedMessages: saved.messages,
    };
  }

  function changed(): void {
    revision++;
    state = describe();
    update.changed();
  }

  function takeEvents(events: readonly JournalEvent[]): void {
    if (waiting !== null) {
      waiting.push(...events);
      return;
    }
    const shown = traffic.take(events);
    pages.tell({ kind: "traffic", events: shown });
    trafficListeners.call(shown);
    sending.notice(shown);
  }

  let analysis: Promise<Analysis | undefined> = Promise.resolve(undefined);

  async function analyse(): Promise<void> {
    analysisState = { status: "reading" };
    changed();
    analysis = parts
      .startAnalysis({ worker: options.workers.analysis, folder, trusted })
      .catch((error: unknown) => {
        analysisState = {
          status: "failed",
          error: error instanceof Error ? error.message : String(error),
        };
        changed();
        return undefined;
      });
    const mine = analysis;
    const part = await mine;
    if (part !== undefined && mine === analysis) {
      part.onChange(() => {
        if (mine === analysis) take(part);
      });
      take(part);
    }
    const early = waiting ?? [];
    waiting = null;
    if (early.length > 0) takeEvents(early);
  }

  /** After a failed reading the last topology stays: half a line typed must not empty the picture. */
  function take(part: Analysis): void {
    const error = part.error();
    found = part.topology();
    services.update(found.services);
    analysisState = error === null ? { status: "ready" } : { status: "failed", error };
    changed();
  }

  async function readSaved(): Promise<void> {
    saved = await readSavedMessages(folder);
    changed();
  }

  function mustBeTrusted(): void {
    if (!trusted) throw new Error(UNTRUSTED);
    if (closed !== undefined) throw new Error("the workbench is closing");
  }

  const refused: Answer = { kind: "failed", reason: UNTRUSTED };

  const session: Session = {
    get state() {
      return state;
    },
    onState: (listener) => stateListeners.add(listener),
    onTraffic: (listener) => trafficListeners.add(listener),
    onOutput: (listener) => outputListeners.add(listener),
    analysed: () => firstAnalysis,
    environment: () => emulation.environment(),

    async startEmulator() {
      mustBeTrusted();
      await emulation.start();
      await services.environmentChanged();
    },
    stopEmulator: () => emulation.stop(),
    async startService(id) {
      mustBeTrusted();
      // A service that found no emulator would talk to whatever sits on the default port.
      await session.startEmulator();
      mustBeTrusted();
      await services.start(id);
      return services.states()[id] ?? { status: "stopped", command: null };
    },
    stopService: (id) => services.stop(id),
    async startAll() {
      await Promise.all([session.startEmulator(), firstAnalysis]);
      mustBeTrusted();
      await Promise.all(services.startable().map((id) => services.start(id)));
    },
    async stopAll() {
      await services.stopAll();
      await emulation.stop();
    },

    draft: (operation, seed) => sending.draft(operation, seed),
    check: async (operation, draft) => (trusted ? sending.check(operation, draft) : refused),
    send: async (operation, draft, sendOptions = {}) =>
      trusted ? sending.send(operation, draft, sendOptions) : refused,
    async saveMessage(operation, name, draft) {
      if (!trusted) return refused;
      const answer = await sending.save(operation, name, draft);
      if (answer.kind === "saved") await readSaved();
      return answer;
    },
    clearTraffic() {
      pages.tell({ kind: "traffic-cleared", seq: traffic.clear() });
    },
    fileChanged(path) {
      if (isSavedMessage(path)) void readSaved();
      services.fileChanged(path);
      void analysis.then((part) => part?.fileChanged(path));
    },
    trust() {
      if (trusted) return;
      trusted = true;
      const before = analysis;
      void before.then((part) => part?.close());
      void analyse();
    },

    connect(send) {
      const page = pages.join(send, () => [
        { kind: "state", state },
        { kind: "traffic", events: traffic.events() },
      ]);
      return {
        receive: (message) =>
          receive(session, message, {
            send,
            ready: () => page.ready(),
            log,
            ...(options.open === undefined ? {} : { open: options.open }),
          }),
        close: () => page.leave(),
      };
    },
    tell: (message) => pages.tell(message),
    close(deadline) {
      closed ??= (async () => {
        await services.close(deadline);
        const reader = analysis.then((part) => part?.close());
        // A first reading that is not over ends by itself, and is closed then.
        const isReading = analysisState.status === "reading";
        const rest = Promise.all([emulation.stop(), ...(isReading ? [] : [reader])]);
        // What is still starting is closed as soon as it is there; that is not waited for without bounds.
        const timer = new AbortController();
        const bound = pause(deadline ?? STOP_DEADLINE, undefined, { signal: timer.signal }).catch(
          () => {},
        );
        await Promise.race([rest, bound]);
        timer.abort();
        update.flush();
      })();
      return closed;
    },
  };

  state = describe();
  const firstAnalysis = analyse();
  void readSaved();
  return session;
}
