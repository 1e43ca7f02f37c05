/** exchange.*: https://www.rabbitmq.com/amqp-0-9-1-reference#class.exchange */
import { withoutLineEnds } from "../model/names.ts";
import type { Binding } from "../model/contract.ts";
import type { MethodOf } from "../wire/methods.ts";
import type { Handlers } from "./handler.ts";

export const exchangeMethods: Handlers = {
  "exchange.declare"({ host: { vhost, actor } }, method) {
    const { noWait, passive, type, durable, autoDelete, internal } = method;
    const name = withoutLineEnds(method.exchange);
    const declaration = { name, type, durable, autoDelete, internal, arguments: method.arguments };
    if (passive) vhost.findExchange(name, actor);
    else vhost.declareExchange(declaration, actor);
    return noWait ? null : { name: "exchange.declare-ok" };
  },

  "exchange.delete"({ host: { vhost, actor } }, { exchange, ifUnused, noWait }) {
    vhost.deleteExchange(withoutLineEnds(exchange), ifUnused, actor);
    return noWait ? null : { name: "exchange.delete-ok" };
  },

  "exchange.bind"({ host: { vhost, actor } }, method) {
    vhost.bind(bindingOf(method), actor);
    return method.noWait ? null : { name: "exchange.bind-ok" };
  },

  "exchange.unbind"({ host: { vhost, actor } }, method) {
    vhost.unbind(bindingOf(method), actor);
    return method.noWait ? null : { name: "exchange.unbind-ok" };
  },
};

function bindingOf(method: MethodOf<"exchange.bind"> | MethodOf<"exchange.unbind">): Binding {
  return {
    source: withoutLineEnds(method.source),
    destination: withoutLineEnds(method.destination),
    destinationType: "exchange",
    routingKey: method.routingKey,
    arguments: method.arguments,
  };
}
