/**
 * The page in a browser: a WebSocket to the address it was loaded from. The token stands in the address' fragment, which
 * no server is sent; it is the socket's first message.
 */
import type { SessionMessage } from "@millrace/workbench/protocol";
import type { Transport, TransportEvents } from "./transport.ts";

/** RFC 6455 §7.4.1: "policy violation", what the session closes with for a wrong token. */
const REFUSED = 1008;
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5_000;

/** What a test replaces. */
export interface SocketSurroundings {
  readonly open: (url: string) => WebSocket;
  readonly after: (ms: number, callback: () => void) => void;
  readonly storage: Storage;
  readonly sessionStorage: Storage;
  readonly location: { readonly host: string; readonly hash: string; readonly protocol: string };
}

export function connectSocket(events: TransportEvents, around: SocketSurroundings): Transport {
  const token = findToken(around);
  const scheme = around.location.protocol === "https:" ? "wss" : "ws";
  let socket: WebSocket | null = null;
  let pause = FIRST_PAUSE;

  function connect(): void {
    events.onState("connecting");
    const opened = around.open(`${scheme}://${around.location.host}/session`);
    let heard = false;
    socket = opened;
    opened.addEventListener("open", () => {
      opened.send(JSON.stringify({ kind: "hello", token }));
      events.onState("open");
    });
    opened.addEventListener("message", (event: MessageEvent<string>) => {
      heard = true;
      pause = FIRST_PAUSE;
      events.onMessage(JSON.parse(event.data) as SessionMessage);
    });
    opened.addEventListener("close", (event) => {
      socket = null;
      // A session that refuses the token closes before it has said anything.
      if (event.code === REFUSED && !heard) return events.onState("refused");
      events.onState("lost");
      around.after(pause, connect);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    });
  }

  if (token === "") queueMicrotask(() => events.onState("refused"));
  else queueMicrotask(connect);

  return {
    shell: "browser",
    post(message) {
      if (socket?.readyState === 1) socket.send(JSON.stringify(message));
    },
    load() {
      try {
        return JSON.parse(around.storage.getItem(STORAGE_KEY) ?? "null") as unknown;
      } catch {
        return null;
      }
    },
    keep(value) {
      // Storage may be full or switched off; a page that forgets its layout still works.
      try {
        around.storage.setItem(STORAGE_KEY, JSON.stringify(value));
      } catch {}
    },
  };
}

const STORAGE_KEY = "millrace-page";
const TOKEN_KEY = "millrace-token";

/** From the fragment, else (after a reload of the bare address) from this tab's memory. */
function findToken(around: SocketSurroundings): string {
  const given = new URLSearchParams(around.location.hash.slice(1)).get("token");
  try {
    if (given !== null) around.sessionStorage.setItem(TOKEN_KEY, given);
    return given ?? around.sessionStorage.getItem(TOKEN_KEY) ?? "";
  } catch {
    return given ?? "";
  }
}
