/** The two trees of the side bar as plain rows: services with their operations, brokers with their channels. */
import type {
  Channel,
  ChannelKind,
  EmulatorState,
  Operation,
  Place,
  Problem,
  ProtocolName,
  Service,
  ServiceState,
  WorkbenchState,
} from "@millrace/workbench/protocol";
import { channelName, peerCount, serviceName } from "./peers.ts";

export interface Row {
  /** Unique in its tree and the same as long as the thing has its name, so that what is unfolded stays so. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  readonly icon: { readonly name: string; readonly color?: string };
  /** What the menus of package.json ask for (`viewItem`). */
  readonly kind: string;
  /** The service, channel, operation or protocol that a command on this row is for. */
  readonly subject: string;
  readonly place: Place | null;
  readonly children: readonly Row[];
}

/** Services → operations, then what was seen and not read. */
export function servicesOutline(state: WorkbenchState): readonly Row[] {
  const services = state.topology.services.map((service) => serviceRow(state, service));
  return [...services, ...state.topology.notices.map(noticeRow)];
}

/** Protocols → channels → operations. */
export function brokersOutline(state: WorkbenchState): readonly Row[] {
  const { channels } = state.topology;
  const open = state.emulator.servers.map(({ protocol }) => protocol);
  const protocols = [...new Set([...channels.map(({ protocol }) => protocol), ...open])];
  // Nothing to show but the emulator's own ports: then the welcome text says more than two bare rows.
  return channels.length === 0 && open.length === 0
    ? []
    : protocols.map((protocol) => protocolRow(state, protocol));
}

export const protocolLabels: Readonly<Record<ProtocolName, string>> = {
  kafka: "Kafka",
  rabbitmq: "RabbitMQ",
  nats: "NATS",
  redis: "Redis",
  mqtt: "MQTT",
};

function serviceRow(state: WorkbenchState, service: Service): Row {
  const live: ServiceState = state.services[service.id] ?? { status: "stopped", command: null };
  const operations = state.topology.operations.filter(
    (operation) => operation.service === service.id,
  );
  const runnable = live.command !== null || live.status !== "stopped";
  return {
    id: service.id,
    label: service.name,
    description: runnable ? (live.status === "stopped" ? "" : live.status) : "no command",
    tooltip: serviceTooltip(service, live),
    icon: statusIcons[live.status],
    kind: runnable ? `service.${live.status}` : "service.none",
    subject: service.id,
    place: service.place,
    children: operations.map((operation) =>
      operationRow(state, operation, channelName(state.topology, operation.channel)),
    ),
  };
}

const statusIcons: Readonly<Record<ServiceState["status"], Row["icon"]>> = {
  stopped: { name: "circle-outline" },
  starting: { name: "loading~spin" },
  running: { name: "circle-filled", color: "testing.iconPassed" },
  stopping: { name: "loading~spin" },
  crashed: { name: "error", color: "testing.iconFailed" },
};

function serviceTooltip(service: Service, live: ServiceState): string {
  const lines = [
    `${service.name} is ${live.status}${live.pid === undefined ? "" : ` (process ${live.pid})`}.`,
  ];
  if (live.error !== undefined) lines.push(live.error);
  lines.push(
    live.command === null
      ? "Nothing says how to start it: export an App, or add a dev script to its package.json."
      : `Runs: ${live.command}`,
  );
  return lines.join("\n\n");
}

function protocolRow(state: WorkbenchState, protocol: ProtocolName): Row {
  const server = state.emulator.servers.find((candidate) => candidate.protocol === protocol);
  const channels = state.topology.channels.filter((channel) => channel.protocol === protocol);
  return {
    id: `protocol:${protocol}`,
    label: protocolLabels[protocol],
    description: server?.url ?? emulatorWords[state.emulator.status],
    tooltip: protocolTooltip(protocol, state.emulator, server),
    icon:
      server === undefined ? { name: "server" } : { name: "server", color: "testing.iconPassed" },
    kind: server === undefined ? "protocol.stopped" : "protocol.running",
    subject: protocol,
    place: null,
    children: channels.map((channel) => channelRow(state, channel)),
  };
}

/** How a protocol is where the emulator has no server for it. */
const emulatorWords: Readonly<Record<EmulatorState["status"], string>> = {
  stopped: "emulator stopped",
  starting: "starting",
  running: "not in the emulator",
  failed: "emulator failed",
};

function protocolTooltip(
  protocol: ProtocolName,
  emulator: EmulatorState,
  server: EmulatorState["servers"][number] | undefined,
): string {
  const name = protocolLabels[protocol];
  if (server === undefined) return emulator.error ?? `${name}: ${emulatorWords[emulator.status]}.`;
  const moved = server.movedFrom === undefined ? "" : ` Port ${server.movedFrom} was taken.`;
  return `The emulator speaks ${name} at ${server.url}.${moved}`;
}

function channelRow(state: WorkbenchState, channel: Channel): Row {
  const operations = state.topology.operations.filter(
    (operation) => operation.channel === channel.id,
  );
  const problem = state.topology.problems.find(
    ({ subject }) => subject === channel.id || operations.some(({ id }) => id === subject),
  );
  const senders = operations.filter(({ action }) => action === "send").length;
  return {
    id: channel.id,
    label: channelName(state.topology, channel.id),
    description: [kindWords(channel), `${senders} → ${operations.length - senders}`]
      .filter((part) => part !== "")
      .join(" · "),
    tooltip:
      problem?.message ?? `${senders} send to it, ${operations.length - senders} receive from it.`,
    icon: problemIcon(problem) ?? {
      name: channel.kind === undefined ? "mail" : kindIcons[channel.kind],
    },
    kind: "channel",
    subject: channel.id,
    place: null,
    children: operations.map((operation) =>
      operationRow(state, operation, serviceName(state.topology, operation.service)),
    ),
  };
}

/** What it is, where it is more than an address, and where it is. */
function kindWords({ kind, exchange }: Channel): string {
  if (kind !== undefined) return kind === "kv" ? "key-value" : kind;
  return exchange === undefined || exchange.name === "amq.topic" ? "" : exchange.name;
}

const kindIcons: Readonly<Record<ChannelKind, string>> = {
  queue: "inbox",
  pattern: "regex",
  list: "list-ordered",
  stream: "pulse",
  kv: "key",
  objects: "archive",
};

function operationRow(state: WorkbenchState, operation: Operation, label: string): Row {
  const problem = state.topology.problems.find(({ subject }) => subject === operation.id);
  const verb = operation.action === "receive" ? "receives" : "sends";
  const role = operation.group === undefined ? verb : `${verb} · group ${operation.group}`;
  return {
    id: operation.id,
    label,
    description: role,
    tooltip:
      problem?.message ??
      `${operation.name ?? label}: ${role} · ${peerCount(state.topology, operation)}`,
    icon: problemIcon(problem) ?? {
      name: operation.action === "receive" ? "arrow-down" : "arrow-up",
    },
    kind: "operation",
    subject: operation.id,
    place: operation.place,
    children: [],
  };
}

function noticeRow(text: string): Row {
  return {
    id: `notice:${text}`,
    label: text,
    description: "",
    tooltip: text,
    icon: { name: "info" },
    kind: "notice",
    subject: "",
    place: null,
    children: [],
  };
}

function problemIcon(problem: Problem | undefined): Row["icon"] | null {
  if (problem?.severity === "error") return { name: "error", color: "list.errorForeground" };
  if (problem?.severity === "warning") return { name: "warning", color: "list.warningForeground" };
  return null;
}
