export { MqttBroker, MqttRouter } from "./broker.ts";
export type { MqttClient } from "./driver.ts";
export type {
  MqttKind,
  MqttOptions,
  MqttPublishOptions,
  MqttSubscriberOptions,
  MqttTls,
  MqttWill,
  Qos,
} from "./options.ts";
