/** A virtual host as plain data: what is defined in it, what its queues hold, what is delayed. */
import { readTable, writeTable } from "../wire/field-table.ts";
import type { FieldTable } from "../wire/values.ts";
import type { Binding, ExchangeDeclaration, QueueDeclaration } from "./contract.ts";
import type { DelayedMessages } from "./delayed-messages.ts";
import type { BoundExchange } from "./exchange.ts";
import type { Exchanges } from "./exchanges.ts";
import { restoreMessage, snapshotMessage } from "./message-snapshot.ts";
import type { Policies, Policy } from "./policies.ts";
import type { QueueTable } from "./queue-table.ts";

/** What a virtual host consists of. */
export interface VhostParts {
  readonly exchanges: Exchanges;
  readonly queues: QueueTable;
  readonly policies: Policies;
  readonly delayed: DelayedMessages;
}

/** Field tables are kept as on the wire. */
type Plain<Definition extends { readonly arguments: FieldTable }> = Omit<
  Definition,
  "arguments"
> & { readonly arguments: Uint8Array };

export interface VhostContents {
  readonly policies: readonly Policy[];
  readonly operatorPolicies: readonly Policy[];
  readonly exchanges: readonly (Plain<ExchangeDeclaration> & { readonly creator: string })[];
  readonly queues: readonly (Omit<Plain<QueueDeclaration>, "owner"> & {
    readonly contents: unknown;
  })[];
  readonly bindings: readonly Plain<Binding>[];
  readonly delayed: readonly {
    readonly exchange: string;
    readonly message: unknown;
    readonly left: number;
  }[];
}

/** Exclusive queues are their connections', and not part of it. */
export function snapshotContents({
  exchanges,
  queues,
  policies,
  delayed,
}: VhostParts): VhostContents {
  const declared = [...exchanges.byName.values()];
  const kept = [...queues.byName.values()].filter(({ owner }) => owner === null);
  const stays = (binding: Binding) =>
    binding.destinationType === "exchange" ||
    queues.byName.get(binding.destination)?.owner === null;
  return {
    policies: policies.list("policy"),
    operatorPolicies: policies.list("operator_policy"),
    exchanges: declared.filter((exchange) => !isPredeclared(exchange)).map(snapshotExchange),
    queues: kept.map((queue) => ({
      name: queue.name,
      durable: queue.durable,
      autoDelete: queue.autoDelete,
      arguments: bytesOf(queue.arguments),
      contents: queue.snapshot(),
    })),
    bindings: declared
      .flatMap(({ bindings }) => bindings)
      .filter(stays)
      .map((binding) => ({ ...binding, arguments: bytesOf(binding.arguments) })),
    delayed: delayed.list().map(({ exchange, message, left }) => ({
      exchange,
      message: snapshotMessage(message),
      left,
    })),
  };
}

/** Into an empty one. `time`: when the snapshot was taken. @throws where it cannot be read, with part of it restored. */
export function restoreContents(parts: VhostParts, contents: VhostContents, time: number): void {
  for (const policy of contents.policies) parts.policies.set("policy", policy);
  for (const policy of contents.operatorPolicies) parts.policies.set("operator_policy", policy);
  for (const { creator, ...exchange } of contents.exchanges)
    parts.exchanges.add({ ...exchange, arguments: tableOf(exchange.arguments) }, creator);
  const filled = contents.queues.map(({ contents: held, ...declaration }) => ({
    queue: parts.queues.add({
      ...declaration,
      owner: null,
      arguments: tableOf(declaration.arguments),
    }),
    held,
  }));
  for (const binding of contents.bindings) {
    const exchange = parts.exchanges.byName.get(binding.source);
    if (exchange === undefined) throw new TypeError(`a binding starts at no exchange`);
    parts.exchanges.bind(exchange, { ...binding, arguments: tableOf(binding.arguments) });
  }
  // A queue may give up what it holds at once, and then all must be there.
  for (const { queue, held } of filled) queue.restore(held, time);
  for (const { exchange, message, left } of contents.delayed)
    parts.delayed.hold(exchange, restoreMessage(message), left);
}

/** As it was when it was made. */
export function clearContents({ exchanges, policies, delayed }: VhostParts): void {
  for (const exchange of exchanges.byName.values()) {
    for (const binding of exchange.bindings) exchanges.unbind(exchange, binding);
    if (!isPredeclared(exchange) && exchanges.byName.has(exchange.name)) exchanges.remove(exchange);
  }
  for (const kind of ["policy", "operator_policy"] as const)
    for (const { name } of policies.list(kind)) policies.delete(kind, name);
  delayed.clear();
}

function snapshotExchange(exchange: BoundExchange): VhostContents["exchanges"][number] {
  const { name, type, durable, autoDelete, internal, creator } = exchange;
  const table = bytesOf(exchange.arguments);
  return { name, type, durable, autoDelete, internal, creator, arguments: table };
}

function isPredeclared({ name }: BoundExchange): boolean {
  return name === "" || name.startsWith("amq.");
}

function bytesOf(table: FieldTable): Uint8Array {
  return new Uint8Array(writeTable(table));
}

function tableOf(bytes: Uint8Array): FieldTable {
  return readTable(Buffer.from(bytes));
}
