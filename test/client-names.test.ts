/** `millrace run` names its clients, by which the workbench knows whose a connection is: read off the emulator's journal. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator } from "@millrace/emulator";
import { expect, onTestFinished, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** Sends one message on each broker as soon as it is up. */
const service = `import { App } from "millrace";
import { MqttBroker } from "millrace/mqtt";
import { NatsBroker } from "millrace/nats";

const nats = new NatsBroker();
const mqtt = new MqttBroker();
export const app = new App(nats, mqtt, { title: "billing" });
app.afterStartup(async () => {
  await nats.publish("invoices", 1);
  await mqtt.publish("invoices", 1, { qos: 1 });
});
`;

test.each([
  ["the title", [], {}, ["billing"]],
  ["MILLRACE_SERVICE", [], { MILLRACE_SERVICE: "billing-eu" }, ["billing-eu"]],
  ["the title and the worker's number", ["--workers", "2"], {}, ["billing-1", "billing-2"]],
] as const)("a client is named by %s", async (_what, args, env, names) => {
  await using emulator = await startEmulator({
    ports: { nats: 0, redis: 0, mqtt: 0, rabbitmq: 0, kafka: 0 },
  });
  const urls = Object.fromEntries(
    emulator.servers.map(({ protocol, url }) => [`MILLRACE_${protocol.toUpperCase()}_URL`, url]),
  );
  const child = spawn(
    process.execPath,
    [join(root, "runtime", "bin", "millrace.js"), "run", "app.js", ...args],
    {
      cwd: await makeService(),
      env: { ...process.env, MILLRACE_SERVICE: undefined, ...urls, ...env },
      stdio: "ignore",
    },
  );
  const ended = once(child, "exit");
  await using _command = {
    [Symbol.asyncDispose]: async () => void (child.kill("SIGTERM"), await ended),
  };

  // MQTT client ids may have more behind the name, which is theirs to choose.
  const seen = async (protocol: string) => {
    const events = await emulator.events();
    const published = events.filter(
      (event) => event.kind === "published" && event.protocol === protocol,
    );
    return published
      .map(({ client }) => client?.name.slice(0, names[0].length) ?? "")
      .sort((a, b) => a.localeCompare(b));
  };
  await expect.poll(() => seen("nats")).toEqual(names);
  await expect.poll(() => seen("mqtt")).toEqual(names);
});

async function makeService(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-names-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "node_modules"));
  await symlink(join(root, "runtime"), join(folder, "node_modules", "millrace"), "junction");
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(join(folder, "app.js"), service);
  return folder;
}
