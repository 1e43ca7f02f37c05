/** MQTT 5 and 3.1.1: topics, QoS 0 to 2, retained messages, wills, shared subscriptions. */
import { TOPICS } from "../address.ts";
import { Broker } from "../broker.ts";
import type { BrokerKind } from "../driver.ts";
import type { KindTypes } from "../kind.ts";
import { Router } from "../router.ts";
import { Scope } from "../scope.ts";
import { connectMqtt } from "./driver.ts";
import type { MqttKind, MqttKindOf, MqttOptions, MqttProtocol, Qos } from "./options.ts";
import { checkSubscriber, refuseConnectionOptions, refuseSubscriberOptions } from "./check.ts";

const five: BrokerKind = {
  protocol: "mqtt",
  dialect: TOPICS,
  redelivers: ({ options }) => (options as { qos?: Qos }).qos !== 0,
  headers: true,
  check: checkSubscriber,
};

const three: BrokerKind = {
  ...five,
  headers: false,
  check(subscribable, complain) {
    refuseSubscriberOptions(subscribable.address.template, subscribable.options);
    checkSubscriber(subscribable, complain);
  },
};

/** A connection to an MQTT broker. Its `new` chooses the kind by `protocol`: 3.1.1 has fewer options. */
export type MqttBroker = Broker<MqttKind>;

/**
 * A connection to an MQTT broker. At least once by default: QoS 1 on both sides, sessions kept, acknowledged after the handler.
 * @throws {DeclarationError} for options that cannot go together.
 */
export const MqttBroker: new <const Protocol extends MqttProtocol = MqttProtocol>(
  options?: MqttOptions<Protocol>,
) => Broker<MqttKindOf<Protocol>> = class MqttBroker<Kind extends KindTypes> extends Broker<Kind> {
  constructor(options: MqttOptions = {}) {
    const old = options.protocol === "3.1.1";
    if (old) refuseConnectionOptions(options);
    super(
      old ? three : five,
      connectMqtt(
        options,
        () => options.url ?? process.env["MILLRACE_MQTT_URL"] ?? "mqtt://localhost:1883",
      ),
    );
  }
};

/** Declarations to be included in an {@link MqttBroker}. */
export type MqttRouter = Router<MqttKind>;

/** How to make an {@link MqttRouter}. */
export interface MqttRouterOptions<Protocol extends MqttProtocol = MqttProtocol> {
  /** Before each address: `plant/`. */
  readonly prefix?: string;
  /** That of the broker: with `3.1.1` the options that only MQTT 5 has do not compile. */
  readonly protocol?: Protocol;
}

/** Declarations to be included in an {@link MqttBroker}. */
export const MqttRouter: new <const Protocol extends MqttProtocol = MqttProtocol>(
  options?: MqttRouterOptions<Protocol>,
) => Router<MqttKindOf<Protocol>> = class MqttRouter<Kind extends KindTypes> extends Router<Kind> {
  constructor(options: MqttRouterOptions = {}) {
    super(new Scope(options.protocol === "3.1.1" ? three : five, options));
  }
};
