import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Service } from "../topology.ts";
import { type OutputLine, Services } from "./services.ts";

let folder: string;
let services: Services;
let environment: Record<string, string>;
let output: OutputLine[];

/** Stands for millrace: says when it is ready, and which emulator it was told of. */
const MILLRACE = `
console.log("up", process.argv.slice(2).join(" "), process.env.MILLRACE_NATS_URL);
if (process.argv[3] === "broken.ts") { console.error("no such file"); process.exit(1); }
process.send({ millrace: "ready" });
process.on("SIGTERM", () => process.exit(0));
setInterval(() => {}, 1000);
`;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-services-"));
  const millrace = join(folder, "node_modules", "millrace");
  await mkdir(millrace, { recursive: true });
  await writeFile(
    join(millrace, "package.json"),
    JSON.stringify({ name: "millrace", bin: { millrace: "bin.cjs" } }),
  );
  await writeFile(join(millrace, "bin.cjs"), MILLRACE);
  environment = { MILLRACE_NATS_URL: "nats://127.0.0.1:1" };
  output = [];
  services = new Services({
    folder,
    environment: () => environment,
    settings: {},
    onChange: () => {},
    onOutput: (line) => output.push(line),
  });
  services.update([
    service("orders"),
    service("billing"),
    service("crashing", "broken.ts"),
    nobody,
  ]);
});

afterEach(async () => {
  await services.close(500);
  await rm(folder, { recursive: true, force: true });
});

function service(name: string, file = `${name}/app.ts`): Service {
  return {
    id: `service:${name}`,
    name,
    directory: name,
    place: null,
    command: { kind: "millrace", cwd: ".", args: ["run", file] },
  };
}

const nobody: Service = {
  id: "service:nobody",
  name: "nobody",
  directory: "nobody",
  place: null,
  command: null,
};

const status = (id: string) => services.states()[id]?.status;
const ups = (name: string) =>
  output
    .filter(({ service, line }) => service === name && line.startsWith("up"))
    .map(({ line }) => line);

test("each service shows its command before it runs, and runs by the millrace it has itself", async () => {
  expect(services.states()).toEqual({
    "service:orders": { status: "stopped", command: "npx millrace run orders/app.ts" },
    "service:billing": { status: "stopped", command: "npx millrace run billing/app.ts" },
    "service:crashing": { status: "stopped", command: "npx millrace run broken.ts" },
    "service:nobody": { status: "stopped", command: null },
  });
  await services.start("service:orders");
  expect(services.states()["service:orders"]).toMatchObject({
    status: "running",
    pid: expect.any(Number),
  });
  // It says that it is ready elsewhere than where it prints.
  await expect.poll(() => ups("orders")).toEqual(["up run orders/app.ts nats://127.0.0.1:1"]);
});

test("one that crashes leaves the others up, and says why", async () => {
  expect(services.startable()).toEqual(["service:orders", "service:billing", "service:crashing"]);
  await Promise.all(services.startable().map((id) => services.start(id)));
  expect([status("service:orders"), status("service:billing"), status("service:crashing")]).toEqual(
    ["running", "running", "crashed"],
  );
  expect(services.states()["service:crashing"]?.error).toContain("no such file");
});

test("one that nothing says how to start says so", async () => {
  await services.start("service:nobody");
  expect(services.states()["service:nobody"]).toMatchObject({
    status: "crashed",
    error: expect.stringContaining("nothing says how to start nobody"),
  });
});

test("saving a service's file restarts that service, once", async () => {
  await Promise.all([services.start("service:orders"), services.start("service:billing")]);
  services.fileChanged(join(folder, "orders", "app.ts"));
  services.fileChanged("orders/prices.ts");
  await expect.poll(() => ups("orders").length).toBe(2);
  await expect.poll(() => status("service:orders")).toBe("running");
  expect(ups("billing")).toHaveLength(1);
});

test("saving what they share restarts all that run; tests, builds and packages restart none", async () => {
  await Promise.all([services.start("service:orders"), services.start("service:billing")]);
  for (const path of [
    "orders/app.test.ts",
    "orders/README.md",
    "node_modules/zod/index.js",
    "orders/dist/app.js",
    ".millrace/messages/a.json",
    "orders/orders-of-today.json",
    "../elsewhere/a.ts",
  ]) {
    services.fileChanged(path);
  }
  services.fileChanged("contracts.ts");
  await expect.poll(() => [ups("orders").length, ups("billing").length]).toEqual([2, 2]);
  expect(status("service:crashing")).toBe("stopped");
});

test("one that crashed is started again when its code is saved; one that was stopped is not", async () => {
  await Promise.all([services.start("service:crashing"), services.start("service:orders")]);
  await services.stop("service:orders");
  services.fileChanged("contracts.ts");
  await expect.poll(() => ups("crashing").length).toBe(2);
  expect(ups("orders")).toHaveLength(1);
  expect(status("service:orders")).toBe("stopped");
});

test("another emulator is told to those that run", async () => {
  await services.start("service:orders");
  await services.environmentChanged();
  expect(ups("orders")).toHaveLength(1);
  environment = { MILLRACE_NATS_URL: "nats://127.0.0.1:2" };
  await services.environmentChanged();
  await expect.poll(() => ups("orders").at(-1)).toBe("up run orders/app.ts nats://127.0.0.1:2");
  expect(status("service:billing")).toBe("stopped");
});

test("a running service that its file no longer declares keeps running and can be stopped", async () => {
  await services.start("service:orders");
  services.update([service("billing")]);
  expect(Object.keys(services.states())).toEqual(["service:orders", "service:billing"]);
  await services.stop("service:orders");
  services.update([service("billing")]);
  expect(Object.keys(services.states())).toEqual(["service:billing"]);
});

test("after closing nothing starts any more", async () => {
  await services.start("service:orders");
  services.fileChanged("contracts.ts");
  await services.close(500);
  await services.start("service:orders");
  expect(status("service:orders")).toBe("stopped");
  expect(ups("orders")).toHaveLength(1);
});
