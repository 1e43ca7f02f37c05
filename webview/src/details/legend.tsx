/** What the picture's signs mean, of those that are in it. */
import type { Channel, Link, Topology } from "@millrace/workbench/protocol";
import type { ReactNode } from "react";
import { channelWord } from "../channel-words.ts";
import { ChannelIcon } from "../icons.tsx";
import { usePage } from "../store/hooks.ts";

export function Legend({ topology }: { readonly topology: Topology }): ReactNode {
  const seen = usePage((state) => state.traffic.observed.length > 0);
  const channels = distinct(topology.channels);
  const lines = [
    { kind: "declared", text: "sends to, receives from", shown: true },
    {
      kind: "routed",
      text: "the broker leads it on: a binding, a wildcard, a pattern",
      shown: leadsOn(topology, "message"),
    },
    {
      kind: "dead-letter",
      text: "what is rejected goes on",
      shown: leadsOn(topology, "dead-letter"),
    },
    { kind: "seen", text: "seen in the traffic, declared nowhere", shown: seen },
  ].filter(({ shown }) => shown);
  if (channels.length === 0) return null;
  return (
    <section className="legend" data-testid="legend">
      <h3>Legend</h3>
      <ul>
        {channels.map(({ protocol, kind }) => (
          <li key={`${protocol} ${kind ?? ""}`} className={`on-${protocol}`}>
            <span className="sign">
              <ChannelIcon protocol={protocol} kind={kind} />
            </span>
            {channelWord(protocol, kind)}
          </li>
        ))}
        {lines.map(({ kind, text }) => (
          <li key={kind}>
            <svg className="line" viewBox="0 0 28 8" aria-hidden="true">
              <path className={`wire ${kind}`} d="M1 4h26" />
            </svg>
            {text}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** One of each kind, in the order of the protocols' first channels. */
function distinct(channels: readonly Channel[]): readonly Pick<Channel, "protocol" | "kind">[] {
  const found = new Map(
    channels.map(({ protocol, kind }) => [
      `${protocol} ${kind ?? ""}`,
      { protocol, ...(kind === undefined ? {} : { kind }) },
    ]),
  );
  const order = [...new Set(channels.map(({ protocol }) => protocol))];
  return [...found.values()].toSorted(
    (a, b) => order.indexOf(a.protocol) - order.indexOf(b.protocol),
  );
}

/** Whether a link of this kind is a line of its own: its two ends are on different channels. */
function leadsOn({ links, operations }: Topology, kind: Link["kind"]): boolean {
  const channelOf = new Map(operations.map(({ id, channel }) => [id, channel]));
  return links.some(
    (link) => link.kind === kind && channelOf.get(link.from) !== channelOf.get(link.to),
  );
}
