/** How the page reaches its session: VS Code's message channel or a WebSocket. The rest of the page knows neither. */
import type { PageMessage, SessionMessage, ShellKind } from "@millrace/workbench/protocol";

/** Where the connection stands. `refused`: the token is wrong, trying again is of no use. */
export type ConnectionState = "connecting" | "open" | "lost" | "refused";

export interface TransportEvents {
  /** The session is there; the page has to say `ready`. Called again after each reconnect. */
  onState(state: ConnectionState): void;
  onMessage(message: SessionMessage): void;
}

export interface Transport {
  readonly shell: ShellKind;
  /** Hands over a message. One that is posted while the connection is lost is not kept: the page shows that it is lost. */
  post(message: PageMessage): void;
  /** What the page kept between sessions. */
  load(): unknown;
  keep(value: unknown): void;
}
