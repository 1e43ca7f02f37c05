/** What `millrace init` writes: the shortest service that is whole, with a test. */
import { createRequire } from "node:module";

export const brokerNames = ["kafka", "rabbitmq", "nats", "redis", "mqtt"] as const;
export type BrokerName = (typeof brokerNames)[number];

/** Versions of what is not this package's own; a test holds them to those the repository is tested with. */
export const tooling = {
  "@types/node": "^20.19.43",
  typescript: "^7.0.2",
  vitest: "~4.1",
  zod: "^4.6.7",
} as const;

interface BrokerWords {
  readonly title: string;
  readonly maker: string;
  /** The client's package. */
  readonly client: "kafkajs" | "amqplib" | "nats" | "ioredis" | "mqtt";
  readonly variable: string;
  readonly url: string;
  /** What is subscribed to, as code, and what it takes to write that. */
  readonly on: string;
  readonly imports?: string;
  /** Options of the subscriber, beside schema and publish. */
  readonly options: string;
}

const words: Record<BrokerName, BrokerWords> = {
  kafka: {
    title: "Kafka",
    maker: "KafkaBroker",
    client: "kafkajs",
    variable: "MILLRACE_KAFKA_URL",
    url: "localhost:9092",
    on: '"orders"',
    options: 'group: "billing", ',
  },
  rabbitmq: {
    title: "RabbitMQ",
    maker: "RabbitmqBroker",
    client: "amqplib",
    variable: "MILLRACE_RABBITMQ_URL",
    url: "amqp://localhost:5672",
    on: '"orders"',
    options: 'group: "billing", ',
  },
  nats: {
    title: "NATS",
    maker: "NatsBroker",
    client: "nats",
    variable: "MILLRACE_NATS_URL",
    url: "nats://localhost:4222",
    on: '"orders"',
    options: 'group: "billing", ',
  },
  redis: {
    title: "Redis",
    maker: "RedisBroker",
    client: "ioredis",
    variable: "MILLRACE_REDIS_URL",
    url: "redis://localhost:6379",
    on: 'stream("orders", { group: "billing" })',
    imports: "stream",
    options: "",
  },
  mqtt: {
    title: "MQTT",
    maker: "MqttBroker",
    client: "mqtt",
    variable: "MILLRACE_MQTT_URL",
    url: "mqtt://localhost:1883",
    on: '"orders"',
    options: "qos: 1, ",
  },
};

/** Paths with their texts. */
export function serviceFiles(name: string, broker: BrokerName): Readonly<Record<string, string>> {
  return {
    "package.json": json(packageJson(name, broker)),
    "tsconfig.json": json(tsconfig),
    "src/app.ts": appCode(name, broker),
    "src/app.test.ts": testCode(broker),
    "README.md": readme(name, broker),
  };
}

const tsconfig = {
  compilerOptions: {
    target: "es2023",
    lib: ["es2023", "esnext.disposable"],
    module: "nodenext",
    types: ["node"],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
  },
  include: ["src"],
};

function packageJson(name: string, broker: BrokerName): object {
  const own = ownPackage();
  return {
    name,
    version: "0.1.0",
    private: true,
    type: "module",
    engines: { node: ">=20.19.0" },
    scripts: {
      dev: "millrace dev --run",
      start: "millrace run src/app.ts",
      test: "vitest run",
      check: "tsc",
    },
    dependencies: {
      millrace: `^${own.version}`,
      [words[broker].client]: own.peerDependencies[words[broker].client],
      zod: tooling.zod,
    },
    devDependencies: {
      "@millrace/emulator": `^${own.version}`,
      "@millrace/workbench": `^${own.version}`,
      "@types/node": tooling["@types/node"],
      typescript: tooling.typescript,
      vitest: tooling.vitest,
    },
  };
}

function appCode(name: string, broker: BrokerName): string {
  const { maker, imports, variable, url, on, options } = words[broker];
  const imported = imports === undefined ? maker : `${maker}, ${imports}`;
  return `import { App } from "millrace";
import { ${imported} } from "millrace/${broker}";
import { z } from "zod";

// Connects to ${variable}, else ${url}.
export const broker = new ${maker}();

const Order = z.object({ id: z.string(), total: z.number() });
const Invoice = z.object({ orderId: z.string(), amount: z.number() });

export const invoices = broker.publisher("invoices", { schema: Invoice });

export const bill = broker.subscriber(
  ${on},
  { schema: Order, ${options}publish: invoices },
  async (order, { logger }) => {
    logger.info("billing order %s", order.id);
    return { orderId: order.id, amount: order.total };
  },
);

export const app = new App(broker, { title: ${JSON.stringify(name)} });
`;
}

function testCode(broker: BrokerName): string {
  const { on, imports } = words[broker];
  const more = imports === undefined ? "" : `import { ${imports} } from "millrace/${broker}";\n`;
  return `import { testBroker } from "millrace/testing";
${more}import { expect, test } from "vitest";
import { bill, broker, invoices } from "./app.ts";

test("an order becomes an invoice", async () => {
  // In memory: no broker needed. { on: "emulator" } runs the real client against an emulated broker.
  await using t = await testBroker(broker, { on: "memory" });

  await t.publish(${on}, { id: "o-1", total: 42 });

  expect(bill.calls).toEqual([{ id: "o-1", total: 42 }]);
  expect(invoices.published).toEqual([{ orderId: "o-1", amount: 42 }]);
});
`;
}

function readme(name: string, broker: BrokerName): string {
  const { title, variable, url } = words[broker];
  return `# ${name}

A service on ${title}: receives \`orders\`, sends \`invoices\`.

| command | what it does |
| --- | --- |
| \`npm run dev\` | the workbench in a browser, with an emulated broker and this service running |
| \`npm start\` | the service alone, on \`${variable}\`, else ${url} |
| \`npm test\` | the tests, which need no broker |
| \`npm run check\` | the types |
`;
}

interface OwnPackage {
  readonly version: string;
  readonly peerDependencies: Readonly<Record<BrokerWords["client"], string>>;
}

/** By its name, which a package may ask for itself: holds from src and from any chunk of dist. */
function ownPackage(): OwnPackage {
  return createRequire(import.meta.url)("millrace/package.json") as OwnPackage;
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
