/** What `millrace init` writes: the shortest service that is whole, with a test. */
import { createRequire } from "node:module";

export const brokerNames = ["nats", "mqtt"] as const;
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
  readonly variable: string;
  readonly url: string;
  /** Options of the subscriber, beside schema and publish. */
  readonly options: string;
}

const words: Record<BrokerName, BrokerWords> = {
  nats: {
    title: "NATS",
    maker: "NatsBroker",
    variable: "MILLRACE_NATS_URL",
    url: "nats://localhost:4222",
    options: 'group: "billing"',
  },
  mqtt: {
    title: "MQTT",
    maker: "MqttBroker",
    variable: "MILLRACE_MQTT_URL",
    url: "mqtt://localhost:1883",
    options: "qos: 1",
  },
};

/** Paths with their texts. */
export function serviceFiles(name: string, broker: BrokerName): Readonly<Record<string, string>> {
  return {
    "package.json": json(packageJson(name, broker)),
    "tsconfig.json": json(tsconfig),
    "src/app.ts": appCode(name, broker),
    "src/app.test.ts": testCode,
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
      [broker]: own.peerDependencies[broker],
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
  const { maker, variable, url, options } = words[broker];
  return `import { App } from "millrace";
import { ${maker} } from "millrace/${broker}";
import { z } from "zod";

// Connects to ${variable}, else ${url}.
export const broker = new ${maker}();

const Order = z.object({ id: z.string(), total: z.number() });
const Invoice = z.object({ orderId: z.string(), amount: z.number() });

export const invoices = broker.publisher("invoices", { schema: Invoice });

export const bill = broker.subscriber(
  "orders",
  { schema: Order, ${options}, publish: invoices },
  async (order, { logger }) => {
    logger.info("billing order %s", order.id);
    return { orderId: order.id, amount: order.total };
  },
);

export const app = new App(broker, { title: ${JSON.stringify(name)} });
`;
}

const testCode = `import { testBroker } from "millrace/testing";
import { expect, test } from "vitest";
import { bill, broker, invoices } from "./app.ts";

test("an order becomes an invoice", async () => {
  // In memory: no broker needed. { on: "emulator" } runs the real client against an emulated broker.
  await using t = await testBroker(broker, { on: "memory" });

  await t.publish("orders", { id: "o-1", total: 42 });

  expect(bill.calls).toEqual([{ id: "o-1", total: 42 }]);
  expect(invoices.published).toEqual([{ orderId: "o-1", amount: 42 }]);
});
`;

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
  readonly peerDependencies: Readonly<Record<BrokerName, string>>;
}

/** By its name, which a package may ask for itself: holds from src and from any chunk of dist. */
function ownPackage(): OwnPackage {
  return createRequire(import.meta.url)("millrace/package.json") as OwnPackage;
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
