/** Requests that are well formed and make no sense: each is answered or ends its connection, and none finds a fault of ours. */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createClock } from "../clock.ts";
import { frameOf, openBench } from "./kafka-bench.ts";
import { createDispatchTable } from "./session/dispatch.ts";
import { apiVersions } from "./wire/apis/api-versions.ts";

// Time stands still but where the clock is moved.
beforeAll(() => void vi.useFakeTimers());
afterAll(() => void vi.useRealTimers());

const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
beforeEach(() => warned.mockClear());
afterAll(() => warned.mockRestore());

const rows = [...createDispatchTable(createClock()).values()];

/** A request of nothing but these bytes behind a good header. */
function frameWith(api: (typeof rows)[number]["api"], version: number, payload: Buffer): Buffer {
  const header = frameOf(apiVersions, 0, 1, "tough", {});
  header.writeInt16BE(api.key, 4);
  header.writeInt16BE(version, 6);
  const tags = api.flexible !== null && version >= api.flexible ? [Buffer.from([0])] : [];
  const frame = Buffer.concat([header, ...tags, payload]);
  frame.writeInt32BE(frame.length - 4);
  return frame;
}

test.each([0, 1, 2, 255])("every API takes requests of nothing but the byte %i", async (byte) => {
  const bench = await openBench();
  for (const { api, versions } of rows) {
    for (let version = versions[0]; version <= versions[1]; version++) {
      const client = bench.connect();
      client.session.receive(frameWith(api, version, Buffer.alloc(200, byte)));
      await Promise.resolve();
      client.leave();
      expect([api.name, version, warned.mock.calls]).toEqual([api.name, version, []]);
    }
  }
  bench.clock.advance(3_600_000);
  await bench.protocol.close();
});
