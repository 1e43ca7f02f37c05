/** Who reaches whom: sent messages by their addresses, returned values and publishers in handlers by their declarations. */
import type { Link, ProtocolName } from "../topology.ts";
import type { Connected, ConnectedOperation } from "./connect.ts";
import { isWild, overlap } from "./dialects.ts";
import { declarationKey, type FileFound } from "./found.ts";

export function linksOf(connected: Connected, files: readonly FileFound[]): Link[] {
  return [...messageLinks(connected), ...publishLinks(connected, files)];
}

/** Addresses without wildcards are looked up; the few with wildcards are compared one by one. */
function messageLinks({ operations, channels }: Connected): Link[] {
  const listeners = new Map<string, Listener[]>();
  const wild: Listener[] = [];
  const channelById = new Map(channels.map((channel) => [channel.id, channel]));
  const reaches = operations.flatMap(({ operation }) => {
    const { protocol, pattern } = channelById.get(operation.channel) ?? {};
    return protocol === undefined || pattern === undefined || pattern === null
      ? []
      : [{ ...operation, protocol, pattern }];
  });
  for (const [order, { id, action, protocol, pattern }] of reaches.entries()) {
    if (action === "send") continue;
    const listener = { order, id, protocol, pattern };
    if (isWild(pattern, protocol)) wild.push(listener);
    else
      listeners.set(`${protocol}:${pattern}`, [
        ...(listeners.get(`${protocol}:${pattern}`) ?? []),
        listener,
      ]);
  }
  const all = [...listeners.values()].flat();

  return reaches.flatMap(({ id: from, action, protocol, pattern }): Link[] => {
    if (action === "receive") return [];
    const exact = isWild(pattern, protocol)
      ? all.filter((each) => meets(protocol, pattern, each))
      : (listeners.get(`${protocol}:${pattern}`) ?? []);
    const reached = [...exact, ...wild.filter((each) => meets(protocol, pattern, each))];
    return reached
      .sort((a, b) => a.order - b.order)
      .map(({ id: to }) => ({ kind: "message", from, to }));
  });
}

interface Listener {
  readonly order: number;
  readonly id: string;
  readonly protocol: ProtocolName;
  readonly pattern: string;
}

function meets(protocol: ProtocolName, pattern: string, listener: Listener): boolean {
  return listener.protocol === protocol && overlap(pattern, listener.pattern, protocol);
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
