import { expect, test } from "vitest";
import { differences, kvSpec, objectsSpec, onWire, streamSpec } from "./topology.ts";

test("declared in ms and with our names, on the wire in ns and with JetStream's", () => {
  const { declared, fields } = streamSpec({
    name: "S",
    subjects: ["a.>"],
    maxAge: 1500,
    duplicateWindow: 1,
    compression: true,
    replicas: 3,
  });
  expect(onWire(declared, fields)).toEqual({
    subjects: ["a.>"],
    max_age: 1_500_000_000,
    duplicate_window: 1_000_000,
    compression: "s2",
    num_replicas: 3,
  });
});

test("differences are told in our names and units; what is not declared is no difference", () => {
  const { declared, fields } = streamSpec({
    name: "S",
    subjects: ["b", "a"],
    maxAge: 60_000,
    maxBytes: 10,
    compression: false,
    replicas: 1,
  });
  const actual = { subjects: ["a", "b"], max_bytes: 20, num_replicas: 1, max_msgs: 5 };
  expect(differences(declared, fields, actual)).toEqual([
    "maxAge is 0 ms, declared 60000 ms",
    "maxBytes is 20, declared 10",
  ]);
});

test("a bucket's stream", () => {
  expect(kvSpec("b", undefined).create).toBe(false);
  const { fixed, create, name } = kvSpec("b", { ttl: 1000 });
  expect([name, create]).toEqual(["KV_b", true]);
  // Not longer than values are kept, which the server would refuse.
  expect(fixed["duplicate_window"]).toBe(1000e6);
  expect(objectsSpec("b", true)).toMatchObject({ name: "OBJ_b", create: true });
});
