/** The command, run as a user runs it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { connectAsync } from "mqtt";
import { connect } from "nats";
import { beforeAll, expect, test } from "vitest";
import { KafkaWire } from "./kafka-wire.ts";
import { makeCertificates } from "../real/brokers/certificates.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const command = join(root, "emulator/bin/millrace-emulator.js");

interface Run extends AsyncDisposable {
  readonly output: { stdout: string; stderr: string };
  /** Resolves with all of stdout as soon as `enough` says so of it. */
  until(enough: (stdout: string) => boolean): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  readonly exited: Promise<number | null>;
}

function run(...args: string[]): Run {
  const child = spawn(process.execPath, [command, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()));
  const exited = once(child, "close").then(([code]) => code as number | null);
  return {
    output,
    exited,
    async until(enough) {
      while (!enough(output.stdout)) {
        const ended = await Promise.race([
          once(child.stdout, "data").then(() => false),
          exited.then(() => true),
        ]);
        if (ended && !enough(output.stdout))
          throw new Error(`ended with ${JSON.stringify(output)}`);
      }
      return output.stdout;
    },
    kill: (signal) => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

const anyPorts = ["nats", "redis", "mqtt", "rabbitmq", "kafka"].map((name) => `--${name}=0`);

// The first run builds.
beforeAll(async () => {
  await run("--version").exited;
}, 60_000);

test("--json prints exactly one line when clients can connect", async () => {
  await using emulator = run("--json", ...anyPorts);
  const stdout = await emulator.until((text) => text.includes("\n"));
  const urls = JSON.parse(stdout) as { nats: string; mqtt: string };
  expect(stdout).toBe(`${JSON.stringify(urls)}\n`);
  expect(Object.keys(urls)).toEqual([
    "nats",
    "redis",
    "mqtt",
    "mqtt-websocket",
    "rabbitmq",
    "rabbitmq-management",
    "kafka",
    "kafka-schema-registry",
  ]);
  const nats = await connect({ servers: urls.nats });
  const mqtt = await connectAsync(urls.mqtt);
  await Promise.all([nats.close(), mqtt.endAsync()]);
  expect(emulator.output).toEqual({ stdout, stderr: "" });
});

test.runIf(process.platform !== "win32").each(["SIGINT", "SIGTERM"] as const)(
  "%s ends it cleanly, with clients connected",
  async (signal) => {
    await using emulator = run("--json", ...anyPorts);
    const urls = JSON.parse(await emulator.until((text) => text.includes("\n"))) as {
      nats: string;
      mqtt: string;
    };
    const nats = await connect({ servers: urls.nats, reconnect: false });
    emulator.kill(signal);
    expect(await emulator.exited).toBe(0);
    await nats.closed();
    expect(emulator.output.stderr).toBe("");
  },
);

test("says in words where the ports are, which one moved, and what it is not for", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  await using emulator = run("--nats", String(port), "--mqtt", "0");
  const stdout = await emulator.until((text) => text.includes("Ctrl-C"));
  expect(stdout).toMatch(/nats +nats:\/\/127\.0\.0\.1:\d+/);
  expect(stdout).toMatch(/mqtt +mqtt:\/\/127\.0\.0\.1:\d+/);
  expect(stdout).toContain(`${port} is taken`);
  expect(stdout).toContain("MILLRACE_NATS_URL=nats://127.0.0.1:");
  expect(stdout).toContain("never production");
  other.close();
});

test("--only opens only that", async () => {
  await using emulator = run("--json", "--only", "mqtt", "--mqtt", "0");
  const urls = JSON.parse(await emulator.until((text) => text.includes("\n"))) as object;
  expect(Object.keys(urls)).toEqual(["mqtt", "mqtt-websocket"]);
});

test("with a certificate it opens ports with TLS, and MQTT lets in only its users", async () => {
  const folder = await mkdtemp(join(tmpdir(), "millrace-cli-"));
  const { client, files } = await makeCertificates(folder);
  await using emulator = run(
    ...["--json", "--only", "nats,redis,mqtt,rabbitmq", "--nats=0", "--redis=0", "--rabbitmq=0"],
    ...["--mqtt=0", "--mqtt-tls=0", "--mqtt-user", "anna:s3:cret", "--mqtt-user", "ben:other"],
    ...["--tls-cert", files.serverCert, "--tls-key", files.serverKey, "--tls-ca", files.ca],
  );
  const stdout = await emulator.until((text) => text.includes("\n"));
  await rm(folder, { recursive: true });
  const urls = JSON.parse(stdout) as Record<string, string>;
  expect(Object.keys(urls).filter((name) => name.endsWith("-tls"))).toEqual([
    "nats-tls",
    "redis-tls",
    "mqtt-tls",
    "rabbitmq-tls",
  ]);
  const enter = async (username: string, password: string) => {
    const login = { ...client, username, password, reconnectPeriod: 0 };
    const connected = await connectAsync(urls["mqtt-tls"]!, login, false);
    await connected.endAsync();
  };
  await enter("anna", "s3:cret");
  await enter("ben", "other");
  await expect(enter("ben", "s3:cret")).rejects.toThrow("Not authorized");
  expect(stdout + emulator.output.stderr).not.toContain("s3:cret");
});

test("--help prints what the README shows, --version prints the version", async () => {
  const readme = await readFile(join(root, "emulator/README.md"), "utf8");
  const [, shown = ""] = /```text help\n([^]*?)```/.exec(readme) ?? [];
  const help = run("--help");
  expect(await help.exited).toBe(0);
  expect(help.output.stdout.slice(help.output.stdout.indexOf("Usage:"))).toBe(shown);
  const version = run("--version");
  expect(await version.exited).toBe(0);
  expect(version.output.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("--kafka-config sets the brokers, and what they cannot be set to ends the start", async () => {
  const kafka = ["--json", "--only=kafka", "--kafka=0", "--kafka-config", "num.partitions = 3"];
  await using emulator = run(...kafka, "--kafka-config=log.retention.hours=1");
  const urls = JSON.parse(await emulator.until((text) => text.includes("\n"))) as { kafka: string };
  await using wire = await KafkaWire.connect(urls.kafka);
  const topics = [{ name: "orders", numPartitions: -1, replicationFactor: -1 }];
  const made = await wire.ask("createTopics", { topics, timeoutMs: 1000 });
  expect(made?.["topics"]).toMatchObject([{ errorCode: 0, numPartitions: 3 }]);

  const refused = run(...kafka, "--kafka-config=num.partitions=0");
  expect(await refused.exited).toBe(1);
  expect(refused.output).toEqual({
    stdout: "",
    stderr:
      "millrace-emulator: kafkaConfigs (--kafka-config): Invalid value 0 for configuration num.partitions: Value must be at least 1\n",
  });
});

test.each([
  [["--natz", "0"], "there is no option --natz: did you mean --nats?"],
  [["--port", "0"], "there is no option --port"],
  [["nats"], '"nats" is not an option: did you mean --nats?'],
  [["--nats", "70000"], '--nats takes a port from 0 to 65535 (0 = any free one), not "70000"'],
  [["--mqtt", "abc"], "--mqtt takes a port"],
  [["--nats"], "--nats"],
  [
    ["--only", "nats,pulsar"],
    '--only takes a list of nats, redis, mqtt, rabbitmq, kafka, not "pulsar"',
  ],
  [["--json=yes"], "--json"],
  [["--tls-cert", "none.crt"], "--tls-cert needs both --tls-cert and --tls-key"],
  [["--mqtt-tls", "0"], "--mqtt-tls needs both --tls-cert and --tls-key"],
  [["--tls-cert=none.crt", "--tls-key=none.key"], "--tls-cert cannot be read: ENOENT"],
  [["--mqtt-user", "anna"], "--mqtt-user takes a name and a password"],
  [["--kafka-config", "num.partitions"], "--kafka-config takes a name and a value as one word"],
  [["--kafka-user", "anna", "s3cret"], "--kafka-user takes a name and a password as one word"],
  [["--mqtt-user", "anna", "s3cret"], "--mqtt-user takes a name and a password as one word"],
])("%j is refused with a reason and a hint", async (args, reason) => {
  const refused = run(...args);
  expect(await refused.exited).toBe(1);
  expect(refused.output.stdout).toBe("");
  expect(refused.output.stderr).toContain(reason);
  expect(refused.output.stderr).toContain("--help");
  expect(refused.output.stderr).not.toContain("s3cret");
});
