/** The page inside VS Code: the extension answers window messages. */
import type { SessionMessage } from "@millrace/workbench/protocol";
import type { Transport, TransportEvents } from "./transport.ts";

/** What VS Code gives a page, once. */
export interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/** Present in VS Code, absent in a browser. */
export function findVsCodeApi(scope: object): VsCodeApi | null {
  const acquire = (scope as { acquireVsCodeApi?: () => VsCodeApi }).acquireVsCodeApi;
  return acquire === undefined ? null : acquire();
}

export function connectVsCode(api: VsCodeApi, events: TransportEvents): Transport {
  window.addEventListener("message", (event: MessageEvent<SessionMessage>) =>
    events.onMessage(event.data),
  );
  queueMicrotask(() => events.onState("open"));
  return {
    shell: "vscode",
    post: (message) => api.postMessage(message),
    load: () => api.getState(),
    keep: (value) => api.setState(value),
  };
}
