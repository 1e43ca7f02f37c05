/** The shop's services, not a line changed: on the emulator, then on nats-server and mosquitto. They must say the same. */
import { startEmulator } from "@millrace/emulator";
import type { App } from "millrace";
import { connect } from "nats";
import { expect, test } from "vitest";
import { startMosquitto, startNatsServer } from "./brokers.ts";
import { recordedLog } from "./log.ts";

const services = ["orders", "billing", "shipping", "notifications"];

test("the shop runs on the emulator as on real brokers", async () => {
  const apps: App[] = [];
  for (const service of services) {
    const file = new URL(`../../examples/shop/${service}/app.ts`, import.meta.url).href;
    apps.push(((await import(file)) as { app: App }).app);
  }

  await using emulator = await startEmulator({
    only: ["nats", "mqtt"],
    ports: { nats: 0, redis: 0, mqtt: 0, rabbitmq: 0 },
  });
  const emulated = Object.fromEntries(emulator.servers.map(({ protocol, url }) => [protocol, url]));
  const onEmulator = await order(apps, {
    nats: String(emulated["nats"]),
    mqtt: String(emulated["mqtt"]),
  });

  await using nats = await startNatsServer();
  await using mosquitto = await startMosquitto();
  const onRealBrokers = await order(apps, { nats: nats.url, mqtt: mosquitto.url });

  expect(onEmulator).toContain("Dear c-1, order o-1 is on its way");
  expect(onRealBrokers).toEqual(onEmulator);
});

/** Starts the services with these addresses, sends one order, and resolves with what they said until it was dispatched. */
async function order(apps: readonly App[], urls: { nats: string; mqtt: string }): Promise<string> {
  process.env["MILLRACE_NATS_URL"] = urls.nats;
  process.env["MILLRACE_MQTT_URL"] = urls.mqtt;
  const log = recordedLog();
  const client = await connect({ servers: urls.nats });
  try {
    await Promise.all(
      apps.map((app, index) =>
        app.start({ logger: log.logger, clientName: services[index] ?? "" }),
      ),
    );
    const items = [{ sku: "mill", quantity: 2, price: 30 }];
    client.publish("orders.new", JSON.stringify({ orderId: "o-1", customerId: "c-1", items }));
    const said = () => log.lines.items.map(({ msg }) => msg).filter((line) => line.includes("o-1"));
    await log.lines.until(
      () => said().some((line) => line.startsWith("Dear")),
      "the customer to be told",
    );
    return said().join("\n");
  } finally {
    await Promise.all(apps.map((app) => app.stop()));
    await client.close();
    delete process.env["MILLRACE_NATS_URL"];
    delete process.env["MILLRACE_MQTT_URL"];
  }
}
