/** MQTT 5 and 3.1.1: topics, QoS 0 to 2, retained messages, wills, shared subscriptions. */
import { TOPICS } from "../address.ts";
import { Broker } from "../broker.ts";
import type { BrokerKind } from "../driver.ts";
import { Router } from "../router.ts";
import { Scope } from "../scope.ts";
import { connectMqtt } from "./driver.ts";
import type { MqttKind, MqttOptions, Qos } from "./options.ts";

export const mqtt: BrokerKind = {
  protocol: "mqtt",
  dialect: TOPICS,
  redelivers: (options) => (options as { qos?: Qos }).qos !== 0,
  headers: true,
};

/** A connection to an MQTT broker. At least once by default: QoS 1 on both sides, sessions kept, acknowledged after the handler. */
export class MqttBroker extends Broker<MqttKind> {
  constructor(options: MqttOptions = {}) {
    const kind: BrokerKind = options.protocol === "3.1.1" ? { ...mqtt, headers: false } : mqtt;
    super(
      kind,
      connectMqtt(
        options,
        () => options.url ?? process.env["MILLRACE_MQTT_URL"] ?? "mqtt://localhost:1883",
      ),
    );
  }
}

/** Declarations to be included in an {@link MqttBroker}. */
export class MqttRouter extends Router<MqttKind> {
  constructor(options: { /** Before each address: `plant/`. */ readonly prefix?: string } = {}) {
    super(new Scope(mqtt, options));
  }
}
