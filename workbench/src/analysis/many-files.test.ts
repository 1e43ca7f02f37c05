/** A workspace of 1,000 files: what a first reading and one edit cost. Figures are printed, not judged: machines differ. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { analyze, openProject, takeIn } from "./analyze.ts";

const SERVICES = 20;
const MODULES = 23;

let folder: string;
let files: Map<string, string>;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "millrace-many-")));
  files = manyFiles();
  for (const [name, text] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}, 180_000);
afterAll(() => rm(folder, { recursive: true }));

test(
  "1,000 files: one edit costs that file and those that use it",
  { timeout: 180_000 },
  async () => {
    expect(files.size).toBe(1000);
    const timed: string[] = [];
    const time = <T>(what: string, work: () => T): T => {
      const start = performance.now();
      const value = work();
      timed.push(`${what}: ${Math.round(performance.now() - start)} ms`);
      return value;
    };
    const edit = async (name: string, text: string): Promise<number> => {
      await writeFile(join(folder, name), text);
      return time(`edit of ${name}`, () => {
        const count = takeIn(project, [join(folder, name)]);
        analyze(project);
        return count;
      });
    };

    const project = time("open", () => openProject({ folder, trusted: false }));
    const topology = time("first topology", () => analyze(project));
    expect(topology.services).toHaveLength(SERVICES);
    // Each module receives one message and sends one; its neighbour receives that.
    expect(topology.operations).toHaveLength(SERVICES * MODULES * 2);
    expect(topology.links.filter(({ kind }) => kind === "message")).toHaveLength(
      SERVICES * MODULES,
    );
    expect(topology.operations.every(({ message }) => message.known)).toBe(true);

    const handler = "service-3/handlers/handler-5.ts";
    expect(await edit(handler, `${files.get(handler)}\n// edited`)).toBe(1);
    const contract = "contracts/contract-3-5.ts";
    expect(await edit(contract, `${files.get(contract)}\n// edited`)).toBe(2);
    const broker = "service-3/broker.ts";
    expect(await edit(broker, `${files.get(broker)}\n// edited`)).toBe(MODULES + 2);
    const types = "service-3/types.ts";
    expect(await edit(types, `${files.get(types)}\n// edited`)).toBe(Math.ceil(MODULES / 4));
    expect(analyze(project)).toEqual(topology);
    console.info(`1,000 files\n  ${timed.join("\n  ")}`);
  },
);

/** Services of handlers, each with a contract of its own; one in four is typed by an interface. */
function manyFiles(): Map<string, string> {
  const made = new Map<string, string>([["package.json", '{ "name": "many", "type": "module" }']]);
  for (let service = 0; service < SERVICES; service++) {
    const at = `service-${service}`;
    made.set(
      `${at}/broker.ts`,
      'import { NatsBroker } from "millrace/nats";\nexport const broker = new NatsBroker();\n',
    );
    made.set(
      `${at}/types.ts`,
      "export interface Message {\n  /** Whose it is. */\n  id: string;\n  total: number;\n  at: Date;\n}\n",
    );
    made.set(`${at}/app.ts`, appText(service));
    for (let module = 0; module < MODULES; module++) {
      made.set(`contracts/contract-${service}-${module}.ts`, contractText(service, module));
      made.set(`${at}/handlers/handler-${module}.ts`, handlerText(service, module));
    }
  }
  for (let count = 0; made.size < 1000; count++)
    made.set(
      `plain/module-${count}.ts`,
      `export function add${count}(a: number, b: number) {\n  return a + b + ${count};\n}\n`,
    );
  return made;
}

function appText(service: number): string {
  const imports = Array.from(
    { length: MODULES },
    (_, module) => `import "./handlers/handler-${module}.ts";`,
  );
  return `import { App } from "millrace";\nimport { broker } from "./broker.ts";\n${imports.join("\n")}\nexport const app = new App(broker, { title: "service-${service}" });\n`;
}

function contractText(service: number, module: number): string {
  return `import { z } from "zod";
export const TOPIC = "orders.${service}.${module}" as const;
export const Schema = z.object({
  id: z.string().min(1),
  total: z.number().positive(),
  lines: z.array(z.object({ sku: z.string(), quantity: z.int().min(1) })),
  note: z.string().max(${service + module}).optional(),
});
`;
}

function handlerText(service: number, module: number): string {
  const next = (module + 1) % MODULES;
  const typed = module % 4 === 0;
  return `import { broker } from "../broker.ts";
import { Schema, TOPIC } from "../../contracts/contract-${service}-${module}.ts";
import { Schema as Next, TOPIC as NEXT } from "../../contracts/contract-${service}-${next}.ts";
${typed ? 'import type { Message } from "../types.ts";' : ""}
export const sent${module} = broker.publisher(NEXT, { schema: Next });
export const handle${module} = broker.subscriber(
  TOPIC,
  { ${typed ? "" : "schema: Schema, "}group: "service-${service}", publish: sent${module} },
  async (message${typed ? ": Message" : ""}) => {
    if (Schema === undefined) throw new Error("no schema");
    return { ...message, note: "handled" };
  },
);
`;
}
