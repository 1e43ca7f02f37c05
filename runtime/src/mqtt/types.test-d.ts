/** What each QoS and version may and may not be given; checked by `npm run check`. */
import { MqttBroker, MqttRouter, type MqttPacket } from "./index.ts";

const broker = new MqttBroker();

// At least once by default: the message can be settled, and there is an ack policy.
broker.subscriber("a", { ack: "manual" }, async (_: unknown, { message }) =>
  message.nack({ delay: 10 }),
);
broker.subscriber("a", { qos: 2, ack: "onReceive" }, async (_: unknown, { message }) =>
  message.reject(),
);
// @ts-expect-error -- at most once: nothing to send back
broker.subscriber("a", { qos: 0 }, async (_: unknown, { message }) => message.nack());
// @ts-expect-error -- at most once: nothing to acknowledge
broker.subscriber("a", { qos: 0, ack: "manual" }, async (_: unknown) => {});
// @ts-expect-error -- no such QoS
broker.subscriber("a", { qos: 3 }, async (_: unknown) => {});
// @ts-expect-error -- only a publisher retains
broker.subscriber("a", { retain: true }, async (_: unknown) => {});

// The client's own object is typed.
broker.subscriber("a", {}, async (_: unknown, { message }) => {
  const packet: MqttPacket = message.raw;
  return packet.properties?.userProperties;
});

// {param}s are typed as on every broker.
broker.subscriber("users/{id}/created", { qos: 1 }, async (_: unknown, { params }) =>
  params.id.trim(),
);
void broker
  .publisher("users/{id}/created", { retain: true })
  .publish({}, { params: { id: "1" }, qos: 0 });
// @ts-expect-error -- no parameter
void broker.publisher("users/{id}/created", { qos: 2 }).publish({});
// @ts-expect-error -- no such option
void broker.publish("a", {}, { group: "g" });

// MQTT 5 by default.
broker.subscriber(
  "a",
  { receiveMaximum: 5, noLocal: true, retainHandling: "never" },
  async () => {},
);
void broker.publish("a", {}, { expiry: 60, userProperties: { tag: ["a", "b"] } });
new MqttBroker({
  sessionExpiry: 60,
  topicAliases: true,
  will: { topic: "w", payload: "", delay: 5 },
});

// What 3.1.1 does not have, it is not given.
const old = new MqttBroker({ protocol: "3.1.1", will: { topic: "w", payload: "" } });
old.subscriber("a", { group: "g", qos: 2, cleanStart: true }, async () => {});
void old.publish("a", {}, { retain: true });
// @ts-expect-error -- only MQTT 5 has it
new MqttBroker({ protocol: "3.1.1", sessionExpiry: 60 });
// @ts-expect-error -- only MQTT 5 has it
new MqttBroker({ protocol: "3.1.1", will: { topic: "w", payload: "", delay: 5 } });
// @ts-expect-error -- only MQTT 5 has it
old.subscriber("a", { receiveMaximum: 5 }, async () => {});
// @ts-expect-error -- only MQTT 5 has it
void old.publish("a", {}, { expiry: 60 });
// @ts-expect-error -- only MQTT 5 has it
old.publisher("a", { payloadFormat: "utf-8" });

broker.include(new MqttRouter());
old.include(new MqttRouter({ protocol: "3.1.1" }));
// @ts-expect-error -- only MQTT 5 has it
new MqttRouter({ protocol: "3.1.1" }).subscriber("a", { noLocal: true }, async () => {});
// Of a version that only its environment knows, everything may be said; what cannot be is told at start.
const either = new MqttBroker({ protocol: process.env["OLD"] === "" ? "5" : "3.1.1" });
either.subscriber("a", { noLocal: true }, async () => {});
const plain: MqttBroker = either;
void plain;
const five: MqttBroker = new MqttBroker({ protocol: "5" });
void five;
