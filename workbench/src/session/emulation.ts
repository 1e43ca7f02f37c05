/** The workspace's emulator: started and stopped on demand, its events handed on from the first. */
import type { Emulator, JournalEvent } from "@millrace/emulator/remote";
import type { EmulatorState } from "../protocol.ts";

export interface EmulationOptions {
  readonly open: () => Promise<Emulator>;
  readonly onChange: () => void;
  /** A new emulator follows, which numbers its events from 1 again. */
  readonly onNew: () => void;
  readonly onEvents: (events: readonly JournalEvent[]) => void;
}

export class Emulation {
  readonly #options: EmulationOptions;
  #state: EmulatorState = { status: "stopped", servers: [] };
  #opening: Promise<Emulator> | undefined;

  constructor(options: EmulationOptions) {
    this.#options = options;
  }

  get state(): EmulatorState {
    return this.#state;
  }

  /** `MILLRACE_NATS_URL` and its kind; empty where it does not run. */
  environment(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.#state.servers.map(({ protocol, url }) => [
        `MILLRACE_${protocol.toUpperCase()}_URL`,
        url,
      ]),
    );
  }

  /** Starting twice is starting once. Rejects with the reason where it cannot be started. */
  async start(): Promise<Emulator> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async stop(): Promise<void> {
    const opening = this.#opening;
    if (opening === undefined) return;
    const emulator = await opening.catch(() => undefined);
    if (this.#opening !== opening) return;
    this.#opening = undefined;
    this.#become({ status: "stopped", servers: [] });
    await emulator?.close();
  }

  async #open(): Promise<Emulator> {
    this.#become({ status: "starting", servers: [] });
    try {
      const emulator = await this.#options.open();
      this.#options.onNew();
      await this.#follow(emulator);
      this.#become({
        status: "running",
        servers: emulator.servers.map((server) => ({ ...server })),
      });
      return emulator;
    } catch (error) {
      this.#opening = undefined;
      this.#become({
        status: "failed",
        servers: [],
        error: error instanceof Error ? error.message : String(error),
      });
      throw error;
    }
  }

  /** A client may have been quicker than us: what is in the ring already comes first. */
  async #follow(emulator: Emulator): Promise<void> {
    let early: JournalEvent[] | undefined = [];
    let last = 0;
    emulator.onEvents((events) => {
      if (early === undefined) this.#options.onEvents(events);
      else early.push(...events);
    });
    const past = await emulator.events();
    last = past.at(-1)?.seq ?? 0;
    const first = [...past, ...early.filter((event) => event.seq > last)];
    early = undefined;
    if (first.length > 0) this.#options.onEvents(first);
  }

  #become(state: EmulatorState): void {
    this.#state = state;
    this.#options.onChange();
  }
}
