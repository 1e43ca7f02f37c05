/** Streams in dumps. */
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { startEmulator } from "../../index.ts";

/** What redis-server 7.0.15 dumped: five entries, one of them deleted and one acknowledged, and two consumers. */
const DUMP =
  "EwEQAAAAAAAAA+gAAAAAAAAAAcNAV0BsF2wAAAAlAAQBAQECAYJpZAOFc3RhdGUGACAOAAAgAQkBAYNuZXcEBQEDYAwAAsAOQB0AAiAUoB1ADgIDAQTADgQAAdwXAkA8DYRub3RlBYNiaWcEBgH/BIH//////////wFD6AFD6AIFAQdiaWxsaW5nQ+gDgf//////////AQAAAAAAAAPoAAAAAAAAAAMACy8CogEAAAECAWEACy8CogEAAAEAAAAAAAAD6AAAAAAAAAADAWITCy8CogEAAAAKAEdTvYpD7UWo";

test("one of a real server is read, and what is written of it is read again", async () => {
  await using emulator = await startEmulator({ only: ["redis"], ports: { redis: 0 } });
  const redis = new Redis(emulator.servers[0]!.url);
  const seen = (key: string) => redis.call("XINFO", "STREAM", key, "FULL");

  await redis.restore("orders", 0, Buffer.from(DUMP, "base64"));
  await redis.restore("copy", 0, (await redis.dumpBuffer("orders"))!);
  const orders = (await seen("orders")) as unknown[];
  expect(await seen("copy")).toEqual(orders);
  expect(await redis.xrange("orders", "-", "+")).toEqual([
    ["1000-1", ["id", "1", "state", "new"]],
    ["1000-3", ["id", "3", "state", "new"]],
    ["1000-4", ["id", "4", "state", "new"]],
    ["18446744073709551615-1", ["note", "big"]],
  ]);
  expect(orders.slice(6, 12)).toEqual([
    ...["last-generated-id", "18446744073709551615-1", "max-deleted-entry-id", "1000-2"],
    ...["entries-added", 5],
  ]);
  expect(await redis.xpending("orders", "billing")).toEqual([1, "1000-3", "1000-3", [["a", "1"]]]);
  redis.disconnect();
});
