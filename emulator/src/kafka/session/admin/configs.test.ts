/** Configs, message by message: where they come from, what is refused, and that they are kept. */
import { expect, test } from "vitest";
import { type Bench, openBench } from "../../kafka-bench.ts";
import { alterConfigs } from "../../wire/apis/alter-configs.ts";
import { BROKER, TOPIC, alter, create, partitionsOf, told, withTopic } from "./admin-bench.ts";

test("a topic goes by its own config, then by the broker's, then by that of all brokers", async () => {
  const { client } = await withTopic({ configs: { "max.message.bytes": "100" } });
  const brokers = { resourceType: BROKER, resourceName: "" };
  const broker = { resourceType: BROKER, resourceName: "0" };
  await alter(client, [["set", "message.max.bytes", "300"]], brokers);
  await alter(client, [["set", "message.max.bytes", "200"]], broker);
  expect(await told(client, "max.message.bytes")).toEqual({
    value: "100",
    source: 1,
    sources: ["1 100", "2 200", "3 300", "5 1048588"],
  });
  await alter(client, [["delete", "max.message.bytes"]]);
  expect(await told(client, "max.message.bytes")).toMatchObject({ value: "200", source: 2 });
  await alter(client, [["delete", "message.max.bytes"]], broker);
  expect(await told(client, "max.message.bytes")).toMatchObject({ value: "300", source: 3 });
  // One in hours, the other in milliseconds.
  expect(await told(client, "retention.ms")).toMatchObject({ value: "604800000", source: 5 });
});

test("lists are added to and taken from; one wrong config, and none is altered", async () => {
  const { client } = await withTopic();
  const value = async (name: string) => (await told(client, name)).value;
  expect(await alter(client, [["append", "cleanup.policy", "compact"]])).toBe("done");
  expect(await value("cleanup.policy")).toBe("delete,compact");
  expect(await alter(client, [["subtract", "cleanup.policy", "delete"]])).toBe("done");
  expect(await value("cleanup.policy")).toBe("compact");
  expect(await alter(client, [["append", "retention.ms", "1"]])).toBe(
    "40 Can't APPEND to key retention.ms because its type is not LIST.",
  );
  expect(
    await alter(client, [
      ["set", "retention.ms", "7"],
      ["set", "segment.bytes", "1"],
    ]),
  ).toBe("40 Invalid value 1 for configuration segment.bytes: Value must be at least 14");
  expect(await value("retention.ms")).toBe("604800000");
  // The older API replaces.
  const configs = [{ name: "retention.ms", value: "7" }];
  const resources = [{ resourceType: TOPIC, resourceName: "orders", configs }];
  await client.ask(alterConfigs, 1, { resources, validateOnly: false });
  expect(await value("retention.ms")).toBe("7");
  expect(await value("cleanup.policy")).toBe("delete");
});

test("what a running broker cannot take is a bad request", async () => {
  const { client } = await withTopic();
  const broker = { resourceType: BROKER, resourceName: "0" };
  const brokers = { resourceType: BROKER, resourceName: "" };
  expect(await alter(client, [["set", "node.id", "7"]], broker)).toBe(
    "42 Cannot update these configs dynamically: Set(node.id)",
  );
  expect(await alter(client, [["set", "listeners", "PLAINTEXT://:1"]], brokers)).toBe(
    "42 Cannot update these configs at default cluster level, broker id must be specified: Set(listeners)",
  );
  expect(await alter(client, [["set", "log.cleaner.threads", "x"]], broker)).toBe(
    "42 Invalid value x for configuration log.cleaner.threads: Not a number of type INT",
  );
  expect(
    await alter(client, [["set", "log.retention.ms", "7"]], { ...broker, resourceName: "7" }),
  ).toBe("42 Unexpected broker id, expected 0, but received 7");
  expect(
    await alter(client, [["set", "retention.ms", "7"]], {
      resourceType: TOPIC,
      resourceName: "nope",
    }),
  ).toBe("3 The topic 'nope' does not exist.");
});

test("a cluster is the same after it was restored, and untouched where that cannot be read", async () => {
  const { bench, client } = await withTopic({ partitions: 2, configs: { "retention.ms": "-1" } });
  await alter(client, [["set", "log.cleaner.threads", "2"]], {
    resourceType: BROKER,
    resourceName: "",
  });
  const snapshot = structuredClone(bench.protocol.snapshot!()) as { cluster: object };
  const time = bench.clock.now();

  const other: Bench = await openBench();
  const there = other.connect();
  await create(there, [["mine"]]);
  const cluster = { ...snapshot.cluster, groups: { kind: "nonsense" }, transactions: 7 };
  const damaged = { ...snapshot, cluster };
  await expect(other.protocol.restore!(damaged, time)).rejects.toThrow("not iterable");
  expect(await partitionsOf(there, "mine")).toHaveLength(1);

  await other.protocol.restore!(snapshot, time);
  expect(await partitionsOf(there, "mine")).toEqual([]);
  expect(await partitionsOf(there)).toEqual(await partitionsOf(client));
  expect(await told(there, "retention.ms")).toEqual(await told(client, "retention.ms"));
  const brokers = { resourceType: BROKER, resourceName: "" };
  expect(await told(there, "log.cleaner.threads", brokers)).toMatchObject({
    value: "2",
    source: 3,
  });
});
