/** What a broker does not start with, and what it goes by then; what is told of it is in test/emulator/kafka-configs.spec.ts. */
import { expect, test } from "vitest";
import { createClock } from "../../../clock.ts";
import { createJournal } from "../../../journal.ts";
import { createCluster } from "../cluster.ts";

function open(kafkaConfigs: Readonly<Record<string, string>>) {
  const clock = createClock();
  const node = { id: 0, host: "localhost", port: 9092, securePort: 0, rack: null };
  const context = { clock, journal: createJournal(clock), auth: null, kafkaConfigs };
  return createCluster({ context, nodes: [node] });
}

const invalid = (name: string, value: string, reason: string) =>
  `Invalid value ${value} for configuration ${name}: ${reason}`;

test.each([
  ["num.partitions=0", invalid("num.partitions", "0", "Value must be at least 1")],
  ["num.partitions=", invalid("num.partitions", "", "Not a number of type INT")],
  [
    "auto.create.topics.enable=yes",
    invalid("auto.create.topics.enable", "yes", "Expected value to be either true or false"),
  ],
  [
    "compression.type=zst",
    invalid(
      "compression.type",
      "zst",
      "String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer",
    ),
  ],
  ["log.roll.ms=0", invalid("log.roll.ms", "0", "Value must be at least 1")],
  [
    "log.retention.minutes=0",
    invalid("log.retention.minutes", "0", "Value must be at least 1, or -1 for no limit"),
  ],
  [
    "group.coordinator.rebalance.protocols=consumer",
    invalid("group.coordinator.rebalance.protocols", "consumer", "classic has to be among them"),
  ],
  [
    "group.consumer.session.timeout.ms=1000",
    "group.consumer.min.session.timeout.ms=45000 must be no more than group.consumer.session.timeout.ms=1000",
  ],
  [
    "offsets.commit.required.acks=2",
    "offsets.commit.required.acks=2 must be no more than offsets.topic.replication.factor=1",
  ],
])("%s is refused with what it should be", (line, message) => {
  const [name = "", value = ""] = line.split("=");
  expect(() => open({ [name]: value })).toThrow(`kafkaConfigs (--kafka-config): ${message}`);
});

test.each([
  ["num.partition", 'brokers have no config "num.partition": docs/emulator-kafka.md lists all'],
  ["retention.ms", 'brokers have no config "retention.ms": they call it log.retention.ms'],
  ["node.id", "node.id cannot be set: the emulator numbers its brokers itself; the option kafka"],
  ["listeners", "listeners cannot be set: the listeners follow from the options ports, tls and"],
  ["listener.name.a.ssl.provider", "listener.name.a.ssl.provider cannot be set: the listeners"],
  ["log.dirs", "log.dirs cannot be set: records are kept in memory"],
  ["super.users", "super.users cannot be set: who may log in, and how, follows from the options"],
  ["ssl.keystore.password", "ssl.keystore.password cannot be set: TLS follows from the option tls"],
  ["zookeeper.connect", "zookeeper.connect cannot be set: there is no ZooKeeper in KRaft mode"],
  ["principal.builder.class", "principal.builder.class cannot be set: there is no Java to load a"],
])("%s is refused with the reason", (name, message) => {
  expect(() => open({ [name]: "secret" })).toThrow(`kafkaConfigs (--kafka-config): ${message}`);
});

test("of two for one thing the narrower unit wins, and a limit below zero is none", () => {
  const retention = (configs: Readonly<Record<string, string>>) => {
    const { topics } = open(configs);
    const wanted = { partitions: 1, replicationFactor: 1, configs: new Map() };
    return topics.create({ name: "orders", ...wanted }).configs.get("retention.ms");
  };
  expect(retention({ "log.retention.ms": "5", "log.retention.hours": "0" })).toBe("5");
  expect(retention({ "log.retention.minutes": "2", "log.retention.hours": "1" })).toBe("120000");
  expect(retention({ "log.retention.hours": "-2" })).toBe("-1");
});

test("a config that brokers keep to themselves is taken", () => {
  const { configs } = open({ "group.consumer.migration.policy": "Upgrade" });
  expect(configs.get("group.consumer.migration.policy")).toBe("Upgrade");
});
