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
  #closing: Promise<void> = Promise.resolve();
  /** Counts starts and stops: what a start finds out after a stop is no longer news. */
  #round = 0;

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

  /** One that is just starting is stopped as soon as it is there. */
  async stop(): Promise<void> {
    const opening = this.#opening;
    if (opening !== undefined) {
      this.#opening = undefined;
      this.#round++;
      this.#become({ status: "stopped", servers: [] });
      this.#closing = opening.then(
        (emulator) => emulator.close(),
        () => {},
      );
    }
    await this.#closing;
  }

  async #open(): Promise<Emulator> {
    const round = ++this.#round;
    this.#become({ status: "starting", servers: [] });
    try {
      // The one before may still hold the ports.
      await this.#closing;
      const emulator = await this.#options.open();
      if (round !== this.#round) return emulator;
      this.#options.onNew();
      await this.#follow(emulator, round);
      if (round !== this.#round) return emulator;
      const servers = emulator.servers.map((server) => ({ ...server }));
      this.#become({ status: "running", servers });
      return emulator;
    } catch (error) {
      if (round === this.#round) {
        this.#opening = undefined;
        const reason = error instanceof Error ? error.message : String(error);
        this.#become({ status: "failed", servers: [], error: reason });
      }
      throw error;
    }
  }

  /** A client may have been quicker than us: what is in the ring already comes first. */
  async #follow(emulator: Emulator, round: number): Promise<void> {
    let early: JournalEvent[] | undefined = [];
    let last = 0;
    emulator.onEvents((events) => {
      if (round !== this.#round) return;
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
