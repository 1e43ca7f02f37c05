/** Options that cannot be are one error that names them, where they are declared. */
import { expect, test } from "vitest";
import { DeclarationError } from "../errors.ts";
import { MqttBroker, MqttRouter, type MqttOptions } from "./index.ts";

const declare = (options: object) => () =>
  void new MqttBroker().subscriber("a/{b}", options, async () => {});

test.each([
  [{ receiveMaximum: 0 }, /receiveMaximum 0: give a whole number from 1 to 65535/],
  [{ receiveMaximum: 65_536 }, /receiveMaximum 65536/],
  [{ receiveMaximum: 5, batch: { size: 10 } }, /receiveMaximum 5 and batch\.size 10/],
  [{ receiveMaximum: 5, concurrency: 10 }, /receiveMaximum 5 and concurrency 10/],
  [{ sessionExpiry: -1 }, /sessionExpiry -1/],
  [{ sessionExpiry: 1.5 }, /sessionExpiry 1\.5/],
  [{ qos: 0, sessionExpiry: 5 }, /qos 0 and sessionExpiry/],
  [{ qos: 0, receiveMaximum: 5 }, /qos 0 and receiveMaximum/],
  [{ qos: 0, cleanStart: true }, /qos 0 and cleanStart/],
  [{ group: "a/b" }, /the group "a\/b"/],
  [{ group: "" }, /the group ""/],
  [{ group: "g", noLocal: true }, /noLocal and a group/],
  [{ group: "g", retainHandling: "always" }, /retainHandling and a group/],
])("%j", (options, text) => {
  expect(declare(options)).toThrow(DeclarationError);
  expect(declare(options)).toThrow(text);
  expect(declare(options)).toThrow(/the subscriber of "a\/\{b\}"/);
});

test.each([{ receiveMaximum: 5, concurrency: 5 }, { sessionExpiry: 0 }, { group: "g" }, {}])(
  "%j is fine",
  (options) => expect(declare(options)).not.toThrow(),
);

test.each(["sessionExpiry", "maximumPacketSize", "topicAliases", "replyPrefix"])(
  "MQTT 3.1.1 has no %s",
  (option) => {
    const options = { protocol: "3.1.1", [option]: 1 } as MqttOptions;
    expect(() => new MqttBroker(options)).toThrow(`the MQTT broker has ${option}, which`);
  },
);

test.each(["delay", "expiry", "headers", "payloadFormat", "responseTopic", "correlationData"])(
  "MQTT 3.1.1 has no will with %s",
  (option) => {
    const will = { topic: "w", payload: "", [option]: 1 };
    const options = { protocol: "3.1.1", will } as MqttOptions;
    expect(() => new MqttBroker(options)).toThrow(`the will has ${option}, which`);
  },
);

test.each(["receiveMaximum", "sessionExpiry", "noLocal", "retainAsPublished", "retainHandling"])(
  "MQTT 3.1.1 has no subscriber with %s",
  (option) => {
    for (const on of [
      new MqttBroker({ protocol: "3.1.1" }),
      new MqttRouter({ protocol: "3.1.1", prefix: "p/" }),
    ])
      expect(() => on.subscriber("a", { [option]: 1 }, async () => {})).toThrow(
        `has ${option}, which MQTT 3.1.1 does not`,
      );
  },
);
