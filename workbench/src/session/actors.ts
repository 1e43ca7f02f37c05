/** Who did it: a connection belongs to a service by the name its client gave itself. */
import type { JournalClient } from "@millrace/emulator/remote";
import type { TrafficEvent } from "../protocol.ts";
import type { ProtocolName, Service } from "../topology.ts";

export interface Seen {
  readonly actor: TrafficEvent["actor"];
  /** The same for all connections of one process, as far as names tell; null for the broker. */
  readonly process: string | null;
}

/**
 * `millrace run` names the client on every protocol by `MILLRACE_SERVICE`, numbered for workers (`billing-2`).
 * MQTT asks for a client id that is unique, so there the name is what the id begins with.
 */
export function identify(
  client: JournalClient | null,
  protocol: ProtocolName,
  services: readonly Service[],
): Seen {
  if (client === null) return { actor: { kind: "broker" }, process: null };
  if (client.name === "workbench") return { actor: { kind: "workbench" }, process: "workbench" };
  // The longest name first: `orders-eu-1` is a worker of `orders-eu`, not a client of `orders`.
  const byLength = services.toSorted((a, b) => b.name.length - a.name.length);
  for (const service of byLength) {
    const rest = suffix(client.name, service.name);
    if (rest === null || (protocol !== "mqtt" && !/^(-\d+)?$/.test(rest))) continue;
    const worker = /^-\d+(?![^-])/.exec(rest)?.[0] ?? "";
    return { actor: { kind: "service", id: service.id }, process: `${service.id}${worker}` };
  }
  return {
    actor: { kind: "unknown", name: client.name },
    process: `connection:${client.connection}`,
  };
}

/** What follows the service's name; null where the name is another one. */
function suffix(name: string, service: string): string | null {
  if (name === service) return "";
  return name.startsWith(`${service}-`) ? name.slice(service.length) : null;
}
