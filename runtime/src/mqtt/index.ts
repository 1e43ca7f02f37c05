export { MqttBroker, MqttRouter, type MqttRouterOptions } from "./broker.ts";
export type { MqttClient, MqttPacket } from "./driver.ts";
export type {
  Mqtt3Kind,
  Mqtt5ConnectionOptions,
  Mqtt5PublishOptions,
  Mqtt5SubscriberOptions,
  Mqtt5Will,
  MqttConnectionOptions,
  MqttKind,
  MqttKindOf,
  MqttOptions,
  MqttProtocol,
  MqttPublishOptions,
  MqttSubscriberOptions,
  MqttTls,
  MqttWill,
  PayloadFormat,
  Qos,
} from "./options.ts";
