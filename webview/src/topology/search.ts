/** Finds services, channels and operations by a part of their names. */
import type { Topology } from "@millrace/workbench/protocol";
import { channelLabel, channelName } from "../channel-words.ts";
import { portLabel } from "./size.ts";

export interface Found {
  readonly id: string;
  readonly kind: "service" | "channel" | "operation";
  readonly label: string;
  /** What tells it from others of the same name. */
  readonly context: string;
}

export function search(topology: Topology, text: string, most = 12): readonly Found[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return [];
  return everything(topology)
    .map((found) => ({ found, rank: rank(found, words) }))
    .filter(({ rank }) => rank < Infinity)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ found }) => found);
}

function everything(topology: Topology): readonly Found[] {
  const serviceNames = new Map(topology.services.map((service) => [service.id, service.name]));
  return [
    ...topology.services.map((one): Found => ({
      id: one.id,
      kind: "service",
      label: one.name,
      context: one.directory,
    })),
    ...topology.channels.map((one): Found => ({
      id: one.id,
      kind: "channel",
      label: channelName(one),
      context: channelLabel(one),
    })),
    ...topology.operations.map((one): Found => {
      const verb = one.action === "send" ? "sends" : "receives";
      const address = one.channel.slice(one.channel.indexOf(":") + 1);
      return {
        id: one.id,
        kind: "operation",
        label: portLabel(one),
        context: `${serviceNames.get(one.service) ?? one.service} ${verb} ${address}`,
      };
    }),
  ];
}

/** Every word has to occur; the start of the name counts most, then the name, then the context. */
function rank(found: Found, words: readonly string[]): number {
  const label = found.label.toLowerCase();
  const all = `${label} ${found.context.toLowerCase()} ${found.kind}`;
  let sum = 0;
  for (const word of words) {
    if (!all.includes(word)) return Infinity;
    sum += label.startsWith(word) ? 0 : label.includes(word) ? 1 : 2;
  }
  return sum;
}
