/** Who reaches whom: sent messages by their channels, returned values and publishers in handlers by their declarations. */
import type { Channel, Link } from "../topology.ts";
import type { Connected, ConnectedOperation } from "./connect.ts";
import { readAddress } from "./dialects.ts";
import { declarationKey, type FileFound } from "./found.ts";
import { Reach } from "./reach.ts";

export function linksOf(connected: Connected, files: readonly FileFound[]): Link[] {
  return [...messageLinks(connected), ...publishLinks(connected, files)];
}

/** What is sent, and what is rejected. */
function messageLinks({ operations, channels, exchanges }: Connected): Link[] {
  const channelById = new Map(channels.map((channel) => [channel.id, channel]));
  const listeners = new Map<string, string[]>();
  for (const { operation } of operations)
    if (operation.action === "receive")
      listeners.set(operation.channel, [...(listeners.get(operation.channel) ?? []), operation.id]);
  const received = channels.filter(({ id }) => listeners.has(id));
  for (const { operation, found } of operations) {
    for (const subject of found.channel.subjects ?? []) {
      const channel = subjectOf(subject);
      received.push(channel);
      listeners.set(channel.id, [...(listeners.get(channel.id) ?? []), operation.id]);
    }
  }
  const reach = new Reach(received, exchanges);
  const order = new Map(operations.map(({ operation: { id } }, index) => [id, index]));
  const link = (kind: "message" | "dead-letter", from: string, reached: readonly string[]) =>
    reached
      .flatMap((channel) => listeners.get(channel) ?? [])
      .filter((id, index, all) => all.indexOf(id) === index)
      .toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))
      .map((to): Link => ({ kind, from, to }));

  return operations.flatMap(({ operation: { id, action, channel }, found }): Link[] => {
    const { deadLetter } = found.channel;
    if (action === "receive")
      return deadLetter === undefined
        ? []
        : link("dead-letter", id, reach.fromDeadLetter(deadLetter));
    return link("message", id, reach.from(channelById.get(channel) as Channel));
  });
}

/** A subject that no channel of the topology is, since its subscriber names another one first. */
function subjectOf(subject: string): Channel {
  const id = `nats:also:${subject}`;
  return { id, protocol: "nats", address: subject, ...readAddress(subject, "nats") };
}

function publishLinks({ operations }: Connected, files: readonly FileFound[]): Link[] {
  const used = new Map<string, string[]>();
  const use = (handler: string, publisher: string) =>
    used.set(handler, [...(used.get(handler) ?? []), declarationKey(publisher)]);
  for (const { found } of operations)
    for (const target of found.targets) use(declarationKey(found.key), target);
  for (const { handler, operation } of files.flatMap((file) => file.uses)) use(handler, operation);

  const sends = new Map<string, string[]>();
  const keyOf = (key: string, { operation }: ConnectedOperation) =>
    `${declarationKey(key)} ${operation.service}`;
  for (const each of operations) {
    if (each.operation.action === "receive") continue;
    const key = keyOf(each.found.key, each);
    sends.set(key, [...(sends.get(key) ?? []), each.operation.id]);
  }
  return operations.flatMap((each) => {
    if (each.operation.action === "send") return [];
    const publishers = new Set(used.get(declarationKey(each.found.key)));
    return [...publishers].flatMap((publisher) =>
      (sends.get(keyOf(publisher, each)) ?? []).map((to): Link => ({
        kind: "publishes",
        from: each.operation.id,
        to,
      })),
    );
  });
}
