/** RabbitMQ's exchanges and what is bound to them, as they are written: `topic("events", { bindTo: […] })`. */
import { ts } from "ts-morph";
import type { Bound, Env, Follower, Found } from "./follow.ts";
import type { BindingFound, ExchangeFound } from "./found.ts";
import { callOf } from "./made.ts";
import { optionOf } from "./options.ts";
import { textOf } from "./texts.ts";

/** Where the plain addresses of a broker are that says nothing else. */
export const AMQ_TOPIC: ExchangeFound = {
  name: "amq.topic",
  type: "topic",
  routing: "topic",
  bindTo: [],
};

/** It routes to the queue that the key names. */
export const DEFAULT_EXCHANGE: ExchangeFound = {
  name: "",
  type: "direct",
  routing: "direct",
  bindTo: [],
};

/** An option that is an exchange; undefined where it is not given, null where it cannot be resolved. */
export function exchangeOption(
  follower: Follower,
  options: Found | null,
  name: string,
): ExchangeFound | null | undefined {
  const given = optionOf(follower, options, name);
  return given === null ? undefined : readExchange(follower, given.node, given.env);
}

export function readExchange(
  follower: Follower,
  node: ts.Node,
  env: Env | null,
): ExchangeFound | null {
  const call = callOf(follower, node, env, "exchange");
  if (call === null) return null;
  // One that is bound to itself, by way of others.
  return follower.guarded(call.node, null, () => {
    const [first, second] = call.node.arguments;
    const name = first === undefined ? null : textOf(follower, first, call.env);
    if (name?.known !== true) return null;
    const options = second === undefined ? null : follower.follow(second, call.env);
    const type = call.made === "exchange" ? textOption(follower, options, "type") : call.made;
    const delayed = textOption(follower, options, "delayedType");
    const alternate = exchangeOption(follower, options, "alternate");
    return {
      name: name.text,
      type: type ?? "unknown",
      routing: routingOf(type === "x-delayed-message" ? delayed : type),
      bindTo: readBindings(follower, optionOf(follower, options, "bindTo")),
      ...(alternate === undefined || alternate === null ? {} : { alternate }),
    };
  });
}

/** `bind: [{ exchange, key }]`; what cannot be resolved of it is left out. */
export function readBindings(follower: Follower, given: Bound | null): readonly BindingFound[] {
  const list = given === null ? null : follower.follow(given.node, given.env);
  if (list?.kind !== "node" || !ts.isArrayLiteralExpression(list.node)) return [];
  return list.node.elements.flatMap((element): readonly BindingFound[] => {
    if (ts.isSpreadElement(element))
      return readBindings(follower, { node: element.expression, env: list.env });
    const binding = follower.follow(element, list.env);
    const exchange = exchangeOption(follower, binding, "exchange");
    if (exchange === undefined || exchange === null) return [];
    const key = optionOf(follower, binding, "key");
    const text = key === null ? null : textOf(follower, key.node, key.env);
    if (text?.known === false) return [];
    return [{ exchange, key: text?.text ?? (exchange.routing === "topic" ? "#" : "") }];
  });
}

/** An option that is a text; undefined where it is not given or cannot be resolved. */
export function textOption(
  follower: Follower,
  options: Found | null,
  name: string,
): string | undefined {
  const given = optionOf(follower, options, name);
  const text = given === null ? null : textOf(follower, given.node, given.env);
  return text?.known === true ? text.text : undefined;
}

function routingOf(type: string | undefined): ExchangeFound["routing"] {
  return type === "topic" || type === "direct" ? type : "any";
}
