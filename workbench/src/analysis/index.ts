/** The light end of the analysis: starts its worker thread and keeps the last topology. Loads neither ts-morph nor TypeScript. */
import { isAbsolute, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import type { Topology } from "../topology.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./wire.ts";

export interface AnalysisOptions {
  /** The built worker's file (`@millrace/workbench/analysis-worker`): each shell knows where its own is. */
  readonly worker: string | URL;
  readonly folder: string;
  /** false reads nothing outside of the folder. */
  readonly trusted: boolean;
}

export interface Analysis {
  /** The last one that could be read. */
  topology(): Topology;
  /** Why the last reading failed; null when it did not. */
  error(): string | null;
  /** Called after each new topology, and when reading fails or works again. */
  onChange(listener: () => void): () => void;
  /** A file was saved, made or deleted. Many calls in a row cost one reading. */
  fileChanged(path: string): void;
  close(): Promise<void>;
}

/** Calls within this many milliseconds are one change: a checkout touches hundreds of files. */
const COALESCE = 30;

/** Resolves with the first topology; rejects where there can be none, as in a folder that does not exist. */
export async function startAnalysis(options: AnalysisOptions): Promise<Analysis> {
  const analysis = new WorkerAnalysis(options);
  await analysis.started;
  return analysis;
}

class WorkerAnalysis implements Analysis {
  readonly started: Promise<void>;
  readonly #options: AnalysisOptions;
  readonly #listeners = new Set<() => void>();
  readonly #changed = new Set<string>();
  #worker: Worker | null = null;
  #topology: Topology | null = null;
  #error: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: AnalysisOptions) {
    this.#options = options;
    this.started = new Promise((resolveStarted, reject) => {
      const stop = this.onChange(() => {
        stop();
        if (this.#topology !== null) return resolveStarted();
        void this.close();
        reject(
          new Error(
            `The workspace ${options.folder} could not be analysed: ${this.#error ?? "no topology was made"}`,
          ),
        );
      });
    });
    this.#start();
  }

  topology(): Topology {
    return (
      this.#topology ?? {
        revision: 0,
        services: [],
        servers: [],
        channels: [],
        operations: [],
        links: [],
        problems: [],
        notices: [],
      }
    );
  }

  error(): string | null {
    return this.#error;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  fileChanged(path: string): void {
    if (this.#closed) return;
    this.#changed.add(isAbsolute(path) ? path : resolve(this.#options.folder, path));
    this.#timer ??= setTimeout(() => this.#flush(), COALESCE);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#listeners.clear();
    await this.#worker?.terminate();
  }

  #flush(): void {
    this.#timer = undefined;
    const paths = [...this.#changed];
    this.#changed.clear();
    // A worker that died starts anew with the next change, and reads everything.
    if (this.#worker === null) return this.#start();
    this.#worker.postMessage({ kind: "changed", paths } satisfies ToWorker);
  }

  #start(): void {
    const { worker: file, folder, trusted } = this.#options;
    const worker = new Worker(file, {
      workerData: { folder, trusted, revision: this.topology().revision } satisfies WorkerStart,
    });
    this.#worker = worker;
    worker.on("message", (message: FromWorker) => this.#take(message));
    worker.on("error", (error) => this.#died(worker, error.message));
    worker.on("exit", (code) => this.#died(worker, `its worker ended with exit code ${code}`));
  }

  #take(message: FromWorker): void {
    if (this.#closed) return;
    if (message.kind === "topology") this.#topology = message.topology;
    const error = message.kind === "failed" ? message.error : null;
    if (message.kind === "same" && error === this.#error) return;
    this.#error = error;
    for (const listener of this.#listeners) listener();
  }

  #died(worker: Worker, error: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#take({ kind: "failed", error });
  }
}
