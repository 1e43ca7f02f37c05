/** Which events the list shows. */
import type { TrafficEvent } from "@millrace/workbench/protocol";
import { actorNode } from "../store/traffic-state.ts";

export interface TrafficFilter {
  readonly text: string;
  /** "" means all, in each of these. */
  readonly kind: TrafficEvent["kind"] | "trouble" | "";
  readonly service: string;
  readonly channel: string;
}

export const everything: TrafficFilter = { text: "", kind: "", service: "", channel: "" };

const TROUBLE: ReadonlySet<TrafficEvent["kind"]> = new Set([
  "rejected",
  "redelivered",
  "dead-lettered",
  "expired",
  "dropped",
]);

export function filterTraffic(
  events: readonly TrafficEvent[],
  filter: TrafficFilter,
): readonly TrafficEvent[] {
  const words = filter.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0 && filter.kind === "" && filter.service === "" && filter.channel === "")
    return events;
  return events.filter(
    (event) =>
      (filter.kind === "" ||
        (filter.kind === "trouble" ? TROUBLE.has(event.kind) : event.kind === filter.kind)) &&
      (filter.service === "" || actorNode(event.actor) === filter.service) &&
      (filter.channel === "" || event.channels.includes(filter.channel)) &&
      (words.length === 0 || includesAll(event, words)),
  );
}

/** Who did it, in a word. */
export function actorName(actor: TrafficEvent["actor"]): string {
  switch (actor.kind) {
    case "service":
      return actor.id.replace(/^service:/, "");
    case "unknown":
      return actor.name === "" ? "unnamed client" : actor.name;
    case "workbench":
      return "workbench";
    case "broker":
      return "broker";
  }
}

/** Where it went, in words a person knows: an answer's own address is an inbox that no code names. */
export function addressText(event: TrafficEvent): string {
  const [asked] = event.channels;
  if (event.replyOf === undefined || asked === undefined) return event.address;
  return `answer on ${asked.slice(asked.indexOf(":") + 1)}`;
}

function includesAll(event: TrafficEvent, words: readonly string[]): boolean {
  const text = [
    event.address,
    addressText(event),
    event.kind,
    event.protocol,
    actorName(event.actor),
    event.key ?? "",
    event.reason ?? "",
    event.payload.preview,
    ...Object.entries(event.headers).flat(),
  ]
    .join(" ")
    .toLowerCase();
  return words.every((word) => text.includes(word));
}
