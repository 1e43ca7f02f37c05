/** After any change, what is kept and read again must say the same as reading everything anew. */
import { cp, mkdir, mkdtemp, realpath, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { analyze, openProject, type Project, takeIn } from "./analyze.ts";
import { fixture, inBrief, read } from "./reading-fixtures.ts";

// TypeScript warms up in the first of them, on machines that do much else.
vi.setConfig({ testTimeout: 60_000 });

let folder: string;
let project: Project;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "millrace-analysis-")));
  await cp(fixture("app-factory"), folder, { recursive: true });
  await cp(fixture("two-services-one-channel"), join(folder, "services"), { recursive: true });
  project = openProject({ folder, trusted: false });
  analyze(project);
});
afterEach(() => rm(folder, { recursive: true }));

/** Says how many files were read again. */
async function change(name: string, text: string | null): Promise<number> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  if (text === null) await rm(path);
  else await writeFile(path, text);
  const count = takeIn(project, [path]);
  expect(analyze(project)).toEqual(read(folder, false));
  return count;
}

test("a file that nobody uses costs itself, one that is used costs its users", async () => {
  const billing = (group: string) => `
    import { App } from "millrace";
    import { NatsBroker } from "millrace/nats";
    import { Order } from "../contracts.ts";
    const broker = new NatsBroker();
    export const bill = broker.subscriber("orders.accepted", { schema: Order, group: "${group}" }, () => {});
    export const app = new App(broker, { title: "billing" });`;
  expect(await change("services/billing/app.ts", billing("other"))).toBe(1);
  expect(inBrief(analyze(project))).toContain("receive:billing:nats:orders.accepted bill (other)");

  expect(
    await change(
      "services/contracts.ts",
      'import { z } from "zod"; export const Order = z.object({ id: z.int() });',
    ),
  ).toBe(2);
  expect(await change("src/unrelated.ts", "export const nothing = 1;")).toBe(0);
});

test("a module that appears and vanishes is noticed by those that ask for it", async () => {
  await change("services/orders/topics.ts", 'export const topic = "orders.accepted";');
  const app = `
    import { NatsBroker } from "millrace/nats";
    import { topic } from "./topics.ts";
    import { later } from "./later";
    const broker = new NatsBroker();
    broker.publisher(topic);
    broker.publisher(later);`;
  await change("services/orders/more.ts", app);
  expect(await change("services/orders/later.ts", 'export const later = "orders.later";')).toBe(1);
  expect(analyze(project).channels.map(({ address }) => address)).toContain("orders.later");
  // A better match takes precedence: `./later` is looked for as a file first.
  expect(
    await change("services/orders/later/index.ts", 'export const later = "orders.index";'),
  ).toBe(0);
  expect(await change("services/orders/later.ts", null)).toBe(1);
  expect(analyze(project).channels.map(({ address }) => address)).toContain("orders.index");
});

test("a new caller of a function that declares is noticed", async () => {
  const caller = (region: string) => `
    import { NatsBroker } from "millrace/nats";
    import { registerOrders } from "./orders.ts";
    registerOrders(new NatsBroker(), "${region}");`;
  // Of the files that ask who calls registerOrders, and of those that what they call rests on.
  expect(await change("src/more.ts", caller("asia"))).toBeGreaterThan(0);
  expect(analyze(project).channels.map(({ address }) => address)).toContain("orders.asia");
  await change("src/more.ts", caller("africa"));
  await change("src/more.ts", null);
  expect(analyze(project).channels.map(({ address }) => address)).not.toContain("orders.africa");
});

test("types are read again when a file they come from changes", async () => {
  const before = `
    import { NatsBroker } from "millrace/nats";
    import type { Message } from "./middle.ts";
    new NatsBroker().subscriber("typed", (message: Message) => void message);`;
  await change("src/middle.ts", 'export type { Message } from "./message.ts";');
  await change("src/message.ts", "export interface Message { id: string }");
  await change("src/typed.ts", before);
  expect(await change("src/message.ts", "export interface Message { id: number }")).toBe(1);
  expect(
    analyze(project).operations.find(({ channel }) => channel === "nats:typed")?.message,
  ).toMatchObject({
    schema: { properties: { id: { type: "number" } } },
  });
});

test("a folder that is renamed takes its files along", async () => {
  const [from, to] = [join(folder, "services/orders"), join(folder, "services/shop")];
  await rename(from, to);
  takeIn(project, [from, to]);
  expect(analyze(project)).toEqual(read(folder, false));
  expect(analyze(project).services.map(({ directory }) => directory)).toContain("services/shop");
});

test("a half-written file does no harm", async () => {
  await change(
    "src/orders.ts",
    'import type { NatsBroker } from "millrace/nats"; export function registerOrders(broker: NatsBroker',
  );
  await change("src/orders.ts", "");
  await change("src/orders.ts", null);
  expect(analyze(project).services.map(({ name }) => name)).toContain("factory");
});
