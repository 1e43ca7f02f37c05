/** RabbitMQ: exchanges, queues and streams over AMQP 0-9-1. At least once. */
import { parseAddress } from "../address.ts";
import { Broker } from "../broker.ts";
import type { BrokerKind } from "../driver.ts";
import { Router } from "../router.ts";
import { Scope } from "../scope.ts";
import { checkSubscriber } from "./checks.ts";
import { connectRabbitmq } from "./driver.ts";
import type { Exchange } from "./exchanges.ts";
import { BINDING_KEYS, QUEUE_NAMES } from "./names.ts";
import type { RabbitmqKind, RabbitmqOptions } from "./options.ts";
import { routingBy } from "./routing.ts";
import { AMQ_TOPIC } from "./topology.ts";

/** Brokers differ by the exchange of their plain addresses. */
function kindWith(exchange: Exchange): BrokerKind {
  return {
    protocol: "rabbitmq",
    dialect: BINDING_KEYS,
    redelivers: () => true,
    headers: true,
    routing: routingBy(exchange),
    address: (channel, prefix) => parseAddress(prefix + channel.address, QUEUE_NAMES),
    check: (subscription, complain) => checkSubscriber(subscription, complain, exchange),
  };
}

export const rabbitmq: BrokerKind = kindWith(AMQ_TOPIC);

/** A connection to RabbitMQ. */
export class RabbitmqBroker extends Broker<RabbitmqKind> {
  constructor(options: RabbitmqOptions = {}) {
    const exchange = options.exchange ?? AMQ_TOPIC;
    super(
      kindWith(exchange),
      connectRabbitmq(
        options,
        exchange,
        () => options.url ?? process.env["MILLRACE_RABBITMQ_URL"] ?? "amqp://localhost:5672",
      ),
    );
  }
}

/** Declarations to be included in a {@link RabbitmqBroker}. */
export class RabbitmqRouter extends Router<RabbitmqKind> {
  constructor(
    options: { /** Before each address and queue: `admin.`. */ readonly prefix?: string } = {},
  ) {
    super(new Scope(rabbitmq, options));
  }
}
