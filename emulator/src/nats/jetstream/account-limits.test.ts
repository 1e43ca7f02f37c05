import { expect, test } from "vitest";
import { account } from "./jetstream-bench.ts";

const stream = (name: string, more: object = {}) => ({ name, storage: "memory", ...more });

test("an account has as many streams as it may, and may ask for the last one again", () => {
  const { api } = account(undefined, { maxStreams: 1 });
  for (const _ of [1, 2]) expect(api("STREAM.CREATE.A", stream("A")).error).toBeUndefined();
  expect(api("STREAM.CREATE.B", stream("B")).error).toEqual({
    code: 400,
    err_code: 10027,
    description: "maximum number of streams reached",
  });
});

test("an account may want its streams bounded, and not too widely", () => {
  const { api } = account(undefined, { maxBytesRequired: true, memoryMaxStreamBytes: 1000 });
  expect(api("STREAM.CREATE.A", stream("A")).error.err_code).toBe(10113);
  expect(api("STREAM.CREATE.A", stream("A", { max_bytes: 1001 })).error.err_code).toBe(10122);
  expect(api("STREAM.CREATE.A", stream("A", { max_bytes: 1000 })).error).toBeUndefined();
});

test("the stricter limit of consumers counts, and an account's default of waiting ones is its limit", () => {
  const { api } = account(undefined, { maxConsumers: 1, maxAckPending: 10 });
  expect(api("STREAM.CREATE.A", stream("A", { max_consumers: 2 })).error.err_code).toBe(10026);
  api("STREAM.CREATE.A", stream("A"));
  const make = (name: string, more: object = {}) =>
    api(`CONSUMER.CREATE.A.${name}`, {
      stream_name: "A",
      config: { name, ack_policy: "explicit", ...more },
    });
  expect(make("one", { max_ack_pending: 11 }).error.err_code).toBe(10121);
  expect(make("one").config.max_ack_pending).toBe(10);
  expect(make("two").error.err_code).toBe(10026);
});

test("INFO says an account's limits, by tiers where its token has tiers", () => {
  const limits = { maxStorage: 1000, maxStreams: -1 };
  expect(account(undefined, limits).api("INFO")).toMatchObject({
    limits: { max_memory: -1, max_storage: 1000, max_streams: -1, max_bytes_required: false },
  });
  expect(account(undefined, { ...limits, tier: "R1" }).api("INFO")).toMatchObject({
    limits: { max_storage: 0 },
    tiers: { R1: { streams: 0, limits: { max_storage: 1000, max_streams: -1 } } },
  });
});
