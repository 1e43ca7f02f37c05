/** What is remembered of a client id over its connections, as long as its session lives. MQTT 3.1.1 §4.1. */
import type { JournalEntry } from "../../journal.ts";
import { filterMatches } from "./topics.ts";

export class ClientState {
  readonly filters: Set<string> = new Set();
  /** QoS 1 and 2 messages that the client has not acknowledged, as they were recorded, by packet id. */
  readonly inFlight: Map<number, Omit<JournalEntry, "kind">> = new Map();

  /** The subscription that a topic came by: the topic itself where it is subscribed, else the first filter that matches. */
  patternOf(topic: string): string | undefined {
    if (this.filters.has(topic)) return topic;
    return [...this.filters].find((filter) => filterMatches(filter, topic));
  }
}

export class Clients {
  readonly #states = new Map<string, ClientState>();

  /** The state a connection goes on with: a clean session starts anew. */
  state(clientId: string, clean: boolean): ClientState {
    const known = this.#states.get(clientId);
    if (known !== undefined && !clean) return known;
    const state = new ClientState();
    // A client without an id is nobody who could come back.
    if (clientId !== "") this.#states.set(clientId, state);
    return state;
  }

  /** The session has ended with its connection. */
  forget(clientId: string, state: ClientState): void {
    if (this.#states.get(clientId) === state) this.#states.delete(clientId);
  }
}
