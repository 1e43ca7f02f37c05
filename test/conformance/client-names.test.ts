/** By its client's name the workbench and an operator know a service: `MILLRACE_SERVICE`, or what MQTT client ids begin with. */
import { startEmulator, type JournalEvent } from "@millrace/emulator";
import { App, createLogger } from "millrace";
import { MqttBroker } from "millrace/mqtt";
import { NatsBroker } from "millrace/nats";
import { RabbitmqBroker } from "millrace/rabbitmq";
import { expect, test } from "vitest";
import { Inbox } from "./inbox.ts";

test("every connection of a service bears its name", async () => {
  await using emulator = await startEmulator({
    ports: { nats: 0, redis: 0, mqtt: 0, rabbitmq: 0 },
  });
  const url = (protocol: string) =>
    emulator.servers.find((server) => server.protocol === protocol)?.url ?? "";
  const nats = new NatsBroker({ url: url("nats") });
  const mqtt = new MqttBroker({ url: url("mqtt") });
  const rabbitmq = new RabbitmqBroker({ url: url("rabbitmq") });
  const seen = new Inbox<unknown>();
  nats.subscriber("a.b", {}, async (message: unknown) => seen.push(message));
  rabbitmq.subscriber("a.b", {}, async (message: unknown) => seen.push(message));
  mqtt.subscriber("a/b", { qos: 1 }, async (message: unknown) => seen.push(message));
  mqtt.subscriber("a/+", { qos: 0 }, async (message: unknown) => seen.push(message));
  const app = new App(nats, mqtt, rabbitmq, {
    title: "by title",
    logger: createLogger({ level: "silent" }),
  });
  await app.start({ clientName: "billing-2" });
  await nats.publish("a.b", 1);
  await mqtt.publish("a/b", 2);
  await rabbitmq.publish("a.b", 3);
  await seen.first(4);
  await app.stop();
  const events = await emulator.events();
  const names = (protocol: string, kind: JournalEvent["kind"]) =>
    events
      .filter((event) => event.protocol === protocol && event.kind === kind)
      .map(({ client }) => client?.name ?? "")
      .toSorted((a, b) => a.localeCompare(b));
  expect(names("nats", "published")).toEqual(["billing-2"]);
  expect(names("nats", "delivered")).toEqual(["billing-2"]);
  expect(names("rabbitmq", "published")).toEqual(["billing-2"]);
  expect(names("rabbitmq", "delivered")).toEqual(["billing-2"]);
  expect(names("mqtt", "published")).toEqual([
    expect.stringMatching(/^billing-2-pub-[0-9a-f]{8}$/),
  ]);
  expect(names("mqtt", "delivered")).toEqual([
    expect.stringMatching(/^billing-2-sub-a-_-[0-9a-f]{8}$/),
    "billing-2-sub-a-b",
  ]);
});
