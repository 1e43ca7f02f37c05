/** The emulator in a worker thread: built as it is published, and bundled as CommonJS as an editor loads it. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { Redis } from "ioredis";
import { connectAsync } from "mqtt";
import { connect } from "nats";
import { startEmulatorInWorker } from "@millrace/emulator/remote";
import { bringUpToDate, embedLua } from "../../build.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-emulator-worker-"));
  await bringUpToDate("emulator");
  await build({
    absWorkingDir: root,
    entryPoints: ["emulator/src/worker.ts"],
    outfile: join(folder, "worker.cjs"),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20.18",
    minify: true,
    plugins: [embedLua],
    logLevel: "error",
  });
}, 60_000);

afterAll(() => rm(folder, { recursive: true }));

const any = { ports: { nats: 0, redis: 0, mqtt: 0, rabbitmq: 0, kafka: 0 } };

describe.each([
  ["the published module", () => pathToFileURL(join(root, "emulator/dist/worker.js"))],
  ["a CommonJS bundle", () => join(folder, "worker.cjs")],
])("as %s", (_, entry) => {
  test("serves clients, and tells what happens", async () => {
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    await using emulator = await startEmulatorInWorker(entry(), { ...any, log });
    const [nats, redis, mqtt] = emulator.servers.map(({ url }) => url);
    const told: string[] = [];
    const stop = emulator.onEvents((events) => {
      told.push(
        ...events.map(
          ({ kind, channel, payload }) => `${kind} ${channel} ${Buffer.from(payload).toString()}`,
        ),
      );
    });
    const redisClient = new Redis(redis!);
    await expect(redisClient.call("JSON.GET", "a")).rejects.toThrow("unknown command");
    await expect.poll(() => lines).toEqual([expect.stringContaining("JSON.GET is not offered")]);
    expect(await redisClient.eval("return ARGV[1] .. KEYS[1]", 1, "b", "a")).toBe("ab");
    await redisClient.quit();
    const natsClient = await connect({ servers: nats! });
    const mqttClient = await connectAsync(mqtt!);
    natsClient.publish("from.client", "1");
    await natsClient.flush();
    await mqttClient.publishAsync("from/client", "2", { qos: 1 });
    await emulator.publish({
      protocol: "nats",
      channel: "from.workbench",
      payload: Buffer.from("3"),
    });
    // The answer comes behind what happened before it.
    expect(told.filter((event) => event.startsWith("published"))).toEqual([
      "published from.client 1",
      "published from/client 2",
      "published from.workbench 3",
    ]);
    expect(await emulator.events(told.length - 2)).toHaveLength(2);
    stop();
    natsClient.publish("unheard", "4");
    await natsClient.flush();
    await emulator.events();
    expect(told.some((event) => event.includes("unheard"))).toBe(false);
    await Promise.all([natsClient.close(), mqttClient.endAsync()]);
  });

  test("takes faults, the clock, and refusals across", async () => {
    await using emulator = await startEmulatorInWorker(entry(), any);
    const client = await connect({ servers: emulator.servers[0]!.url });
    const fault = await emulator.inject({
      match: { channel: "a" },
      effect: { kind: "delay", ms: 60_000 },
      times: Number.POSITIVE_INFINITY,
    });
    client.publish("a", "x");
    await expect.poll(() => fault.fired()).toBe(1);
    expect(await emulator.events()).toEqual([]);
    await fault.clear();
    await emulator.advance(60_000);
    await client.flush();
    expect((await emulator.events()).map(({ kind }) => kind)).toEqual(["published", "dropped"]);
    await expect(
      emulator.publish({ protocol: "nats", channel: "a..b", payload: Buffer.alloc(0) }),
    ).rejects.toThrow("Invalid Publish Subject");
    await client.close();
  });

  test("rejects where a port cannot be had, and says why", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    await expect(
      startEmulatorInWorker(entry(), { ports: { nats: port }, moveTakenPorts: false }),
    ).rejects.toMatchObject({
      name: "PortError",
      message: expect.stringContaining(`port ${port} is taken`),
    });
    other.close();
  });

  test("frees its ports when it is closed, twice if need be, and then refuses calls", async () => {
    const emulator = await startEmulatorInWorker(entry(), any);
    const { port } = emulator.servers[0]!;
    await Promise.all([emulator.close(), emulator.close()]);
    await using again = await startEmulatorInWorker(entry(), {
      only: ["nats"],
      ports: { nats: port },
      moveTakenPorts: false,
    });
    expect(again.servers[0]?.port).toBe(port);
    await expect(emulator.events()).rejects.toThrow("has ended");
  });
});
