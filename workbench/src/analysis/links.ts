/** Who reaches whom: sent messages by their addresses, returned values and publishers in handlers by their declarations. */
import type { Channel, Link } from "../topology.ts";
import type { Connected } from "./connect.ts";
import { overlap } from "./dialects.ts";
import { declarationKey, type FileFound } from "./found.ts";

export function linksOf({ operations, channels }: Connected, files: readonly FileFound[]): Link[] {
  const channelById = new Map(channels.map((channel) => [channel.id, channel]));
  const patternOf = (id: string): (Channel & { pattern: string }) | null => {
    const channel = channelById.get(id);
    return channel === undefined || channel.pattern === null
      ? null
      : (channel as Channel & { pattern: string });
  };
  const sends = operations.filter(({ operation }) => operation.action === "send");
  const receives = operations.filter(({ operation }) => operation.action === "receive");

  const messages = sends.flatMap(({ operation: from }) => {
    const sent = patternOf(from.channel);
    if (sent === null) return [];
    return receives.flatMap(({ operation: to }): Link[] => {
      const received = patternOf(to.channel);
      const reaches =
        received !== null &&
        received.protocol === sent.protocol &&
        overlap(sent.pattern, received.pattern, sent.protocol);
      return reaches ? [{ kind: "message", from: from.id, to: to.id }] : [];
    });
  });

  const uses = files.flatMap((file) => file.uses);
  const publishes = receives.flatMap(({ operation: from, found }) => {
    const handler = declarationKey(found.key);
    const used = new Set([
      ...found.targets,
      ...uses.filter((use) => use.handler === handler).map((use) => declarationKey(use.operation)),
    ]);
    return sends
      .filter(
        ({ operation: to, found: target }) =>
          to.service === from.service && used.has(declarationKey(target.key)),
      )
      .map(({ operation: to }): Link => ({ kind: "publishes", from: from.id, to: to.id }));
  });
  return [...messages, ...publishes];
}
