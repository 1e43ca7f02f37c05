import fc from "fast-check";
import { expect, test } from "vitest";
import { apiVersions } from "./apis/api-versions.ts";
import { fetch } from "./apis/fetch.ts";
import { metadata } from "./apis/metadata.ts";
import { readResponse, writeRequest } from "./codec.ts";
import { encodeResponse, FrameReader, readFrame } from "./frames.ts";
import type { Api } from "./layout.ts";
import { MalformedError } from "./malformed.ts";

const known: Record<number, Api> = { 1: fetch, 3: metadata, 18: apiVersions };
const apiOf = (key: number): Api | undefined => known[key];

function header(key: number, version: number, clientId: string | null, tagged = ""): Buffer {
  const head = Buffer.alloc(10);
  head.writeInt16BE(key, 0);
  head.writeInt16BE(version, 2);
  head.writeInt32BE(77, 4);
  head.writeInt16BE(clientId === null ? -1 : clientId.length, 8);
  return Buffer.concat([head, Buffer.from(clientId ?? ""), Buffer.from(tagged, "hex")]);
}

test("cuts what comes in, however it is split", () => {
  const frames = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 5 });
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 30 })), (sent, sizes) => {
      const reader = new FrameReader(100);
      const got: Buffer[] = [];
      const push = (chunk: Buffer) => {
        reader.push(chunk);
        for (let frame = reader.next(); frame !== null; frame = reader.next()) got.push(frame);
      };
      let stream = Buffer.concat(
        sent.map((bytes) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes])),
      );
      for (const size of sizes) {
        push(stream.subarray(0, size));
        stream = stream.subarray(size);
      }
      push(stream);
      expect(got).toEqual(sent.map((bytes) => Buffer.from(bytes)));
    }),
  );
});

test.each([101, -1, 0x47455420])("refuses a request of %i bytes where 100 are the most", (size) => {
  const reader = new FrameReader(100);
  const head = Buffer.alloc(4);
  head.writeInt32BE(size);
  reader.push(head);
  expect(() => reader.next()).toThrow(MalformedError);
});

test("reads both headers of requests, and passes over the tagged fields of the newer", () => {
  const message = writeRequest(metadata, 4, { topics: null });
  const old = readFrame(Buffer.concat([header(3, 4, "shop"), message]), apiOf);
  expect(old.header).toEqual({ apiKey: 3, version: 4, correlationId: 77, clientId: "shop" });
  expect(old.payload).toEqual(message);
  const compact = writeRequest(metadata, 12, { topics: null });
  const frame = Buffer.concat([header(3, 12, null, "0105020102"), compact]);
  const { header: read, payload, api } = readFrame(frame, apiOf);
  expect(read).toEqual({ apiKey: 3, version: 12, correlationId: 77, clientId: "" });
  expect(payload).toEqual(compact);
  expect(api).toBe(metadata);
});

test("refuses an API that nobody knows", () => {
  expect(() => readFrame(header(99, 0, null), apiOf)).toThrow(MalformedError);
});

test("answers with a flexible header, but never to ApiVersions", () => {
  const body = (pieces: readonly Buffer[]): Buffer => {
    const frame = Buffer.concat(pieces);
    expect(frame.readInt32BE(0)).toBe(frame.length - 4);
    expect(frame.readInt32BE(4)).toBe(77);
    return frame.subarray(8);
  };
  const flexible = body(encodeResponse(metadata, 12, 77, { brokers: [], topics: [] }));
  expect(flexible[0]).toBe(0);
  expect(readResponse(metadata, 12, flexible.subarray(1))).toMatchObject({ controllerId: -1 });
  const versions = { errorCode: 35, apiKeys: [] };
  const bare = body(encodeResponse(apiVersions, 3, 77, versions));
  expect(readResponse(apiVersions, 3, bare)).toMatchObject(versions);
});

test("sends large record batches as they are", () => {
  const records = Buffer.alloc(100_000);
  const partition = {
    partitionIndex: 0,
    errorCode: 0,
    highWatermark: 1,
    abortedTransactions: null,
  };
  const pieces = encodeResponse(fetch, 11, 1, {
    responses: [{ topic: "orders", partitions: [{ ...partition, records }] }],
  });
  expect(pieces).toContain(records);
});
