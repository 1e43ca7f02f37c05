/** What a shell holds of a session, and what it gives for it. */
import type { EmulatorOptions, startEmulatorInWorker } from "@millrace/emulator/remote";
import type { startAnalysis } from "../analysis/index.ts";
import type {
  Answer,
  Draft,
  ServiceState,
  SessionMessage,
  ShellKind,
  TrafficEvent,
  WorkbenchState,
} from "../protocol.ts";
import type { Place } from "../topology.ts";
import type { OutputLine } from "./services.ts";

export interface SessionOptions {
  /** The workspace folder, absolute. */
  readonly folder: string;
  readonly shell: ShellKind;
  /** false: analysis only; nothing of the workspace is run and nothing is sent. */
  readonly trusted: boolean;
  /** The files of the worker threads: built `@millrace/workbench/analysis-worker` and `@millrace/emulator/worker`. */
  readonly workers: { readonly analysis: string; readonly emulator: string };
  /** How the emulator is started: ports and limits. Asked at each start. */
  readonly emulator?: () => EmulatorOptions;
  /** Where the last edits of messages are kept; without it they end with the session. */
  readonly draftsFile?: string;
  /** Given to the services besides what they are told of the emulator, as `FORCE_COLOR` where the shell shows colours. */
  readonly serviceEnvironment?: Readonly<Record<string, string>>;
  /** The workbench's own environment, which services inherit. Default: `process.env`. */
  readonly ownEnvironment?: Environment;
  /** Shows a place in the code, where the shell can. */
  readonly open?: (place: Place) => void;
  /** For what is nobody's answer: page messages that were refused, what the emulator does not offer, and the like. */
  readonly log?: (line: string) => void;
  /** Parts that tests replace. */
  readonly parts?: Partial<SessionParts>;
}

/** As `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the session is joined from. */
export interface SessionParts {
  startAnalysis: typeof startAnalysis;
  startEmulator: typeof startEmulatorInWorker;
}

export interface SendOptions {
  /** Although it does not fit its schema. */
  readonly anyway?: boolean;
  /** To the real broker that the operation's server names, not to the emulator. */
  readonly real?: boolean;
}

export interface Session {
  readonly state: WorkbenchState;
  /** Calls back after each change. Returns the way to stop. */
  onState(listener: (state: WorkbenchState) => void): () => void;
  onTraffic(listener: (events: readonly TrafficEvent[]) => void): () => void;
  /** What the services print, line by line. */
  onOutput(listener: (line: OutputLine) => void): () => void;
  /** Resolves when the first topology is there, or is known not to come: `state.analysis` tells. */
  analysed(): Promise<void>;
  /** `MILLRACE_…_URL` of the running emulator, for terminals and launch configurations; empty where it does not run. */
  environment(): Readonly<Record<string, string>>;

  /** Rejects with the reason where it cannot be started. */
  startEmulator(): Promise<void>;
  stopEmulator(): Promise<void>;
  /** Starts the emulator first, where it does not run. Resolves when the service is ready or has crashed. */
  startService(id: string): Promise<ServiceState>;
  stopService(id: string): Promise<void>;
  /** The emulator and all services. Resolves when each is ready or has crashed. */
  startAll(): Promise<void>;
  stopAll(): Promise<void>;
  draft(operation: string, seed?: number): Promise<Answer>;
  check(operation: string, draft: Draft): Promise<Answer>;
  send(operation: string, draft: Draft, options?: SendOptions): Promise<Answer>;
  saveMessage(operation: string, name: string, draft: Draft): Promise<Answer>;
  clearTraffic(): void;
  /** A file was created, changed or deleted. Absolute, or relative to the folder. */
  fileChanged(path: string): void;
  /** The user has come to trust the workspace: everything is allowed from now on. */
  trust(): void;

  /** A page. `receive` takes what it sends, unchecked. */
  connect(send: (message: SessionMessage) => void): PageConnection;
  /** Tells all pages something of the shell's: `focus`, `compose`. */
  tell(message: Extract<SessionMessage, { kind: "focus" | "compose" }>): void;
  /** Ends services, emulator and analysis; what does not end within `deadline` ms is killed. */
  close(deadline?: number): Promise<void>;
}

export interface PageConnection {
  /** Resolves when it was acted on; never rejects. */
  receive(message: unknown): Promise<void>;
  close(): void;
}
