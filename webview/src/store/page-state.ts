/** Everything the page shows, as one value, and what changes it. Pure: no clock, no socket, no document. */
import type { SessionMessage, TrafficEvent, WorkbenchState } from "@millrace/workbench/protocol";
import type { ConnectionState } from "../transport/transport.ts";
import { emptyForm, reduceForm, type FormAction, type FormState } from "../compose/form-state.ts";
import {
  addTraffic,
  clearTraffic,
  noTraffic,
  pinChain,
  type TrafficState,
} from "./traffic-state.ts";

export interface PageState {
  readonly connection: ConnectionState;
  /** null until the session has spoken. Kept while the connection is lost, so that nothing vanishes. */
  readonly workbench: WorkbenchState | null;
  readonly traffic: TrafficState;
  /** The selected service, channel, operation or client. */
  readonly selection: string | null;
  /** The node the view is narrowed to, with its neighbours. */
  readonly focus: string | null;
  /** A node to bring into view; `turn` makes asking twice for the same one two askings. */
  readonly centre: { readonly id: string; readonly turn: number } | null;
  readonly panel: "overview" | "details" | "compose" | null;
  /** The operation whose message form is open … */
  readonly composing: string | null;
  /** … and the forms of all that were opened before. */
  readonly forms: ReadonlyMap<string, FormState>;
  /** The traffic event whose payload and chain are shown. */
  readonly picked: TrafficEvent | null;
  readonly announcement: string;
}

export const firstState: PageState = {
  connection: "connecting",
  workbench: null,
  traffic: noTraffic,
  selection: null,
  focus: null,
  centre: null,
  panel: null,
  composing: null,
  forms: new Map(),
  picked: null,
  announcement: "",
};

export type Action =
  | { readonly kind: "connection"; readonly state: ConnectionState }
  | { readonly kind: "session"; readonly message: Exclude<SessionMessage, { kind: "answer" }> }
  | { readonly kind: "select"; readonly id: string | null }
  | { readonly kind: "centre"; readonly id: string }
  | { readonly kind: "focus"; readonly id: string | null }
  | { readonly kind: "compose"; readonly id: string }
  | { readonly kind: "show-overview" }
  | { readonly kind: "show-details" }
  | { readonly kind: "close-panel" }
  | { readonly kind: "pick"; readonly event: TrafficEvent | null }
  | { readonly kind: "pin"; readonly chain: string | null }
  | { readonly kind: "form"; readonly operation: string; readonly action: FormAction }
  | { readonly kind: "announce"; readonly text: string };

export function reduce(state: PageState, action: Action): PageState {
  switch (action.kind) {
    case "connection":
      // A new connection is sent all traffic so far: it is counted afresh, not on top.
      return action.state === "open"
        ? {
            ...state,
            connection: "open",
            traffic: pinChain(noTraffic, state.traffic.pinned?.chain ?? null),
          }
        : { ...state, connection: action.state };
    case "session":
      return onSession(state, action.message);
    case "select":
      return selected(state, action.id);
    case "centre":
      return centred({ ...state, selection: action.id, panel: "details" }, action.id);
    case "focus":
      return action.id === null
        ? { ...state, focus: null }
        : { ...state, focus: action.id, selection: action.id, panel: "details" };
    case "compose":
      return composed(state, action.id);
    case "show-overview":
      return { ...state, panel: "overview" };
    case "show-details":
      return { ...state, panel: state.selection === null ? null : "details" };
    case "close-panel":
      return { ...state, panel: null, selection: null, composing: null };
    case "pick":
      return {
        ...state,
        picked: action.event,
        traffic: pinChain(state.traffic, action.event?.chain.id ?? null),
      };
    case "pin":
      return { ...state, traffic: pinChain(state.traffic, action.chain) };
    case "form": {
      const form = reduceForm(state.forms.get(action.operation) ?? emptyForm, action.action);
      return { ...state, forms: new Map([...state.forms, [action.operation, form]]) };
    }
    case "announce":
      return { ...state, announcement: action.text };
  }
}

function onSession(
  state: PageState,
  message: Exclude<SessionMessage, { kind: "answer" }>,
): PageState {
  switch (message.kind) {
    case "state":
      return { ...state, workbench: message.state };
    case "traffic":
      return { ...state, traffic: addTraffic(state.traffic, message.events) };
    case "traffic-cleared":
      return { ...state, traffic: clearTraffic(state.traffic, message.seq), picked: null };
    case "focus":
      return centred({ ...state, selection: message.id, panel: "details" }, message.id);
    case "compose":
      return centred(composed(state, message.id), message.id);
  }
}

/** A form that is being written stays open when the selection goes. */
function selected(state: PageState, id: string | null): PageState {
  if (id !== null) return { ...state, selection: id, panel: "details" };
  return { ...state, selection: null, panel: state.panel === "details" ? null : state.panel };
}

function centred(state: PageState, id: string): PageState {
  return { ...state, centre: { id, turn: (state.centre?.turn ?? 0) + 1 } };
}

function composed(state: PageState, id: string): PageState {
  const operation = operationToCompose(state.workbench, id);
  if (operation === null) return { ...state, selection: id, panel: "details" };
  const keepsSelection = state.selection === id || state.selection === operation;
  return {
    ...state,
    selection: keepsSelection ? state.selection : id,
    panel: "compose",
    composing: operation,
  };
}

/**
 * The operation a message is written for: itself, else one of its channel. A receiver's schema is asked first:
 * what is sent has to fit the code that will read it.
 */
export function operationToCompose(workbench: WorkbenchState | null, id: string): string | null {
  const operations = workbench?.topology.operations ?? [];
  const itself = operations.find((operation) => operation.id === id);
  if (itself !== undefined) return itself.id;
  const ofChannel = operations.filter((operation) => operation.channel === id);
  const choice =
    ofChannel.find((operation) => operation.action === "receive" && operation.message.known) ??
    ofChannel.find((operation) => operation.message.known) ??
    ofChannel[0];
  return choice?.id ?? null;
}
