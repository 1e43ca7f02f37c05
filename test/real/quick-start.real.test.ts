/** The README's first example on each of the five brokers, with one import and one address changed. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { App, createLogger, type AnyBroker } from "millrace";
import type { MemoryBroker } from "millrace/memory";
import { expect, test } from "vitest";
import { Inbox } from "../conformance/inbox.ts";
import {
  startKafka,
  startMosquitto,
  startNatsServer,
  startRabbitmq,
  startRedis,
  type RealBroker,
} from "./brokers.ts";

const brokers: Readonly<
  Record<string, readonly [className: string, start: () => Promise<RealBroker>]>
> = {
  kafka: ["KafkaBroker", () => startKafka()],
  rabbitmq: ["RabbitmqBroker", () => startRabbitmq()],
  nats: ["NatsBroker", () => startNatsServer()],
  redis: ["RedisBroker", () => startRedis()],
  mqtt: ["MqttBroker", () => startMosquitto()],
};

const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
const [, example = ""] = /^```ts file=src\/app\.ts\n(.*?)^```$/ms.exec(readme) ?? [];

test.for(Object.entries(brokers))("%s", async ([name, [className, start]]) => {
  const text = example
    .replace(
      'import { NatsBroker } from "millrace/nats"',
      `import { ${className} } from "millrace/${name}"`,
    )
    .replace("new NatsBroker()", `new ${className}()`);
  expect(text).toContain(`new ${className}()`);
  const output = join(import.meta.dirname, "..", "output");
  await mkdir(output, { recursive: true });
  const folder = await mkdtemp(join(output, "quick-start-"));
  const file = join(folder, "app.ts");
  await writeFile(file, text);
  await using server = await start();
  const variable = `MILLRACE_${name.toUpperCase()}_URL`;
  process.env[variable] = server.url;
  const silent = createLogger({ level: "silent" });
  try {
    const { app } = (await import(pathToFileURL(file).href)) as { app: App };
    const module = (await import(`millrace/${name}`)) as Record<string, new () => AnyBroker>;
    const Customer = module[className];
    if (Customer === undefined) throw new Error(`millrace/${name} has no ${className}`);
    const customer = new Customer() as unknown as MemoryBroker;
    const invoices = new Inbox<unknown>();
    customer.subscriber("invoices", {}, async (invoice: unknown) => invoices.push(invoice));
    const other = new App(customer, { title: "customer", logger: silent });
    await other.start();
    await app.start({ logger: silent });
    await customer.publish("orders", { id: "o-1", total: 12 });
    expect(await invoices.first(1)).toEqual([{ orderId: "o-1", amount: 12 }]);
    await Promise.all([app.stop(), other.stop()]);
  } finally {
    delete process.env[variable];
    await rm(folder, { recursive: true, force: true });
  }
});
