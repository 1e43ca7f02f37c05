/** Holds the page's state, speaks with the session, and tells React of changes at most once a frame. */
import type {
  Answer,
  PageMessage,
  SessionMessage,
  TrafficEvent,
} from "@millrace/workbench/protocol";
import type { ConnectionState, Transport, TransportEvents } from "../transport/transport.ts";
import { firstState, reduce, type Action, type PageState } from "./page-state.ts";

/** A page message that is answered, without its number: the store gives it one. */
export type Request = PageMessage extends infer Message
  ? Message extends { readonly request: number }
    ? Omit<Message, "request">
    : never
  : never;

export type TrafficListener = (what: readonly TrafficEvent[] | "cleared") => void;

export class PageStore {
  #state = firstState;
  /** What React was last told. */
  #shown = firstState;
  #scheduled = false;
  #request = 0;
  readonly #listeners = new Set<() => void>();
  readonly #trafficListeners = new Set<TrafficListener>();
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #nextFrame: (callback: () => void) => void;
  readonly transport: Transport;

  constructor(
    connect: (events: TransportEvents) => Transport,
    nextFrame: (callback: () => void) => void,
  ) {
    this.#nextFrame = nextFrame;
    this.transport = connect({
      onState: (state) => this.#onConnection(state),
      onMessage: (message) => this.#onMessage(message),
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly state = (): PageState => this.#shown;

  /** What a person did: shown at once. */
  readonly act = (action: Action): void => {
    this.#state = reduce(this.#state, action);
    this.#show();
  };

  /** The state as it is now, which React may be told of a frame later. */
  readonly latest = (): PageState => this.#state;

  /** Hears of events as they come, each once, and when counting starts again; for the moving messages. */
  onTraffic(listener: TrafficListener): () => void {
    this.#trafficListeners.add(listener);
    return () => void this.#trafficListeners.delete(listener);
  }

  readonly post = (message: PageMessage): void => this.transport.post(message);

  /** Asks the session. A connection that ends meanwhile answers with `failed`. */
  ask(request: Request): Promise<Answer> {
    const number = ++this.#request;
    if (this.#state.connection !== "open") return Promise.resolve(LOST);
    return new Promise((resolve) => {
      this.#waiting.set(number, resolve);
      this.post({ ...request, request: number } as PageMessage);
    });
  }

  #onConnection(state: ConnectionState): void {
    if (state === "lost" || state === "refused") {
      for (const resolve of this.#waiting.values()) resolve(LOST);
      this.#waiting.clear();
    }
    this.act({ kind: "connection", state });
    if (state === "open") for (const listener of this.#trafficListeners) listener("cleared");
    if (state === "open") this.post({ kind: "ready" });
  }

  #onMessage(message: SessionMessage): void {
    if (message.kind === "answer") {
      this.#waiting.get(message.request)?.(message.answer);
      this.#waiting.delete(message.request);
      return;
    }
    const before = this.#state.traffic.lastSeq;
    this.#state = reduce(this.#state, { kind: "session", message });
    if (message.kind === "traffic") {
      const fresh = message.events.filter((event) => event.seq > before);
      for (const listener of this.#trafficListeners) listener(fresh);
    }
    if (message.kind === "traffic-cleared")
      for (const listener of this.#trafficListeners) listener("cleared");
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#nextFrame(() => {
      this.#scheduled = false;
      this.#show();
    });
  }

  #show(): void {
    if (this.#shown === this.#state) return;
    this.#shown = this.#state;
    for (const listener of this.#listeners) listener();
  }
}

const LOST: Answer = {
  kind: "failed",
  reason: "The workbench is not connected. Try again when the connection is back.",
};
