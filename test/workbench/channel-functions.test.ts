/** What the analysis knows by name is what the runtime has: a function it did not know would be shown as an address known at run time only. */
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as kafka from "millrace/kafka";
import * as mqtt from "millrace/mqtt";
import * as nats from "millrace/nats";
import * as rabbitmq from "millrace/rabbitmq";
import * as redis from "millrace/redis";
import { startAnalysis } from "@millrace/workbench/analysis";
import { expect, test } from "vitest";
import { bringUpToDate } from "../../build.js";

const modules = { kafka, rabbitmq, nats, redis, mqtt };

/** What a function is given where a name alone is not enough. */
const given: Readonly<Record<string, string>> = {
  "kafka pattern": "/^x/",
  "kafka partitions": '"x", [0]',
  "nats jetstream": '"x", { stream: "X" }',
  "rabbitmq exchange": '"x", { type: "fanout" }',
};
/** An exchange is no channel, but where one is. */
const exchanges = new Set(["topic", "direct", "fanout", "headers", "exchange"]);

test("every function that makes a channel or an exchange is read, and every broker", async () => {
  await bringUpToDate("workbench");
  const folder = await realpath(await mkdtemp(join(tmpdir(), "millrace-functions-")));
  const declared: string[] = [];
  for (const [protocol, module] of Object.entries(modules)) {
    const names = Object.keys(module);
    const broker = names.find((name) => name.endsWith("Broker"));
    const makers = names.filter((name) => /^[a-z]/.test(name));
    const lines = makers.map((name) => {
      declared.push(`${protocol} ${name}`);
      const call = `${name}(${given[`${protocol} ${name}`] ?? '"x"'})`;
      return exchanges.has(name) && protocol === "rabbitmq"
        ? `export const ${name}s = broker.subscriber("${name}", { exchange: ${call} }, () => {});`
        : `export const ${name}s = broker.subscriber(${call}, {}, () => {});`;
    });
    await writeFile(
      join(folder, `${protocol}.ts`),
      [
        `import { App } from "millrace";`,
        `import { ${[broker, ...makers].join(", ")} } from "millrace/${protocol}";`,
        `const broker = new ${broker}();`,
        ...lines,
        `export const app = new App(broker, { title: "${protocol}" });`,
      ].join("\n"),
    );
  }
  const worker = createRequire(import.meta.url).resolve("@millrace/workbench/analysis-worker");
  const analysis = await startAnalysis({ worker, folder, trusted: true });
  try {
    const { operations, channels, servers } = analysis.topology();
    expect(servers.map(({ protocol }) => protocol).toSorted()).toEqual(
      Object.keys(modules).toSorted(),
    );
    const unread = new Set(channels.filter(({ address }) => address === null).map(({ id }) => id));
    const read = operations
      .filter(({ channel }) => !unread.has(channel))
      .map(({ service, name = "" }) => `${service.replace("service:", "")} ${name.slice(0, -1)}`);
    expect(read.toSorted()).toEqual(declared.toSorted());
  } finally {
    await analysis.close();
    await rm(folder, { recursive: true, force: true });
  }
});
