import { expect, test } from "vitest";
import {
  readAssignment,
  readSubscription,
  writeAssignment,
  writeSubscription,
} from "./consumer-protocol.ts";
import { MalformedError } from "./malformed.ts";

test("reads what a consumer subscribes to and owns", () => {
  const ownedPartitions = [{ topic: "orders", partitions: [0, 2] }];
  const said = {
    topics: ["orders"],
    userData: null,
    ownedPartitions,
    generationId: 4,
    rackId: "a",
  };
  expect(readSubscription(writeSubscription(said, 3))).toEqual(said);
  const older = readSubscription(writeSubscription(said, 0));
  expect(older).toEqual({ ...said, ownedPartitions: [], generationId: -1, rackId: null });
});

test("reads what a newer consumer says as far as it is known", () => {
  const said = {
    assignedPartitions: [{ topic: "a", partitions: [1] }],
    userData: Buffer.from("u"),
  };
  const newer = Buffer.concat([writeAssignment(said, 1), Buffer.from("more")]);
  newer.writeInt16BE(9, 0);
  expect(readAssignment(newer)).toEqual(said);
});

test("refuses what is none", () => {
  expect(() => readSubscription(Buffer.from("RoundRobin"))).toThrow(MalformedError);
  expect(() => readAssignment(Buffer.alloc(0))).toThrow(MalformedError);
});
