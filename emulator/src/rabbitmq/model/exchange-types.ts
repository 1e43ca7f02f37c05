/** The types of exchanges. A type is a row. */
import type { FieldTable } from "../wire/values.ts";
import type { Binding, ExchangeDeclaration, Message } from "./contract.ts";
import { DelayedRouting } from "./delayed-routing.ts";
import { channelError } from "./errors.ts";
import { HashRouting, checkHashArguments, checkHashBinding } from "./hash-routing.ts";
import { HeadersRouting, checkHeadersBinding } from "./headers-routing.ts";
import { ModulusRouting } from "./modulus-routing.ts";
import { DirectRouting, FanoutRouting, RandomRouting, type Routing } from "./routing.ts";
import { TopicRouting } from "./topic-routing.ts";

/** What exchanges are made with. */
export interface ExchangeHost {
  random(): number;
  /** Keeps a message of this exchange until it is routed by it, `ms` from now. */
  hold(exchange: string, message: Message, ms: number): void;
}

interface ExchangeType {
  create(declaration: ExchangeDeclaration, host: ExchangeHost): Routing;
  /** What it cannot be declared with. @throws {AmqpError} */
  check?(declaration: ExchangeDeclaration): void;
  /** Why it cannot be bound so. */
  checkBinding?(binding: Binding, declaration: ExchangeDeclaration): string | null;
}

const direct: ExchangeType = { create: () => new DirectRouting() };
const fanout: ExchangeType = { create: () => new FanoutRouting() };
const topic: ExchangeType = { create: () => new TopicRouting() };
const headers: ExchangeType = {
  create: () => new HeadersRouting(),
  checkBinding: checkHeadersBinding,
};
const random: ExchangeType = { create: (_, host) => new RandomRouting(() => host.random()) };
const consistentHash: ExchangeType = {
  create: (declaration) => new HashRouting(declaration.arguments),
  check: (declaration) => checkHashArguments(declaration.arguments),
  checkBinding: checkHashBinding,
};

const modulusHash: ExchangeType = { create: () => new ModulusRouting() };

/** Another type behind a delay, in the words of the plugin's 3.13. */
const delayed: ExchangeType = {
  create: (declaration, host) =>
    new DelayedRouting(typeBehind(declaration).create(declaration, host), (message, ms) =>
      host.hold(declaration.name, message, ms),
    ),
  check: (declaration) => typeBehind(declaration).check?.(declaration),
  checkBinding: (binding, declaration) =>
    typeBehind(declaration).checkBinding?.(binding, declaration) ?? null,
};

const types = new Map<string, ExchangeType>(
  Object.entries({
    direct,
    fanout,
    topic,
    headers,
    "x-delayed-message": delayed,
    "x-consistent-hash": consistentHash,
    "x-modulus-hash": modulusHash,
    "x-random": random,
  }),
);

export const EXCHANGE_TYPES: readonly string[] = [...types.keys()];

/** @throws {AmqpError} 406 for a type that there is not; until 3.13.2 it was 503, which cost the connection. */
export function exchangeType(name: string): ExchangeType {
  const type = types.get(name);
  if (type === undefined) throw channelError(406, `unknown exchange type '${name}'`);
  return type;
}

function typeBehind({ arguments: table }: { readonly arguments: FieldTable }): ExchangeType {
  const value = table.get("x-delayed-type");
  const name =
    value?.type === "longstr" || value?.type === "binary" ? value.value.toString() : undefined;
  if (name === undefined)
    throw channelError(406, "Invalid argument, 'x-delayed-type' must be an existing exchange type");
  if (name === "x-delayed-message")
    throw channelError(
      406,
      "Invalid argument, 'x-delayed-message' can't be used for 'x-delayed-type'",
    );
  return exchangeType(name);
}
