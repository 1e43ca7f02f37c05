/** The configs of topics, as of Kafka 3.9: https://kafka.apache.org/39/documentation.html#topicconfigs */
import { defineConfigs, type Definitions } from "./definition.ts";

export const topicDefinitions: Definitions = defineConfigs({
  "cleanup.policy": "LIST compact|delete = delete",
  "compression.gzip.level": "INT 1..9/-1 = -1",
  "compression.lz4.level": "INT 1..17 = 9",
  "compression.type": "STRING uncompressed|zstd|lz4|snappy|gzip|producer = producer",
  "compression.zstd.level": "INT -131072..22 = 3",
  "delete.retention.ms": "LONG 0.. = 86400000",
  "file.delete.delay.ms": "LONG 0.. = 60000",
  "flush.messages": "LONG 1.. = 9223372036854775807",
  "flush.ms": "LONG 0.. = 9223372036854775807",
  "follower.replication.throttled.replicas": "LIST =",
  "index.interval.bytes": "INT 0.. = 4096",
  "leader.replication.throttled.replicas": "LIST =",
  "local.retention.bytes": "LONG -2.. = -2",
  "local.retention.ms": "LONG -2.. = -2",
  "max.compaction.lag.ms": "LONG 1.. = 9223372036854775807",
  "max.message.bytes": "INT 0.. = 1048588",
  "message.downconversion.enable": "BOOLEAN = true",
  "message.format.version": "STRING = 3.0-IV1",
  "message.timestamp.after.max.ms": "LONG 0.. = 9223372036854775807",
  "message.timestamp.before.max.ms": "LONG 0.. = 9223372036854775807",
  "message.timestamp.difference.max.ms": "LONG 0.. = 9223372036854775807",
  "message.timestamp.type": "STRING CreateTime|LogAppendTime = CreateTime",
  "min.cleanable.dirty.ratio": "DOUBLE 0..1 = 0.5",
  "min.compaction.lag.ms": "LONG 0.. = 0",
  "min.insync.replicas": "INT 1.. = 1",
  preallocate: "BOOLEAN = false",
  "remote.log.copy.disable": "BOOLEAN = false",
  "remote.log.delete.on.disable": "BOOLEAN = false",
  "remote.storage.enable": "BOOLEAN = false",
  "retention.bytes": "LONG = -1",
  "retention.ms": "LONG -1.. = 604800000",
  "segment.bytes": "INT 14.. = 1073741824",
  "segment.index.bytes": "INT 4.. = 10485760",
  "segment.jitter.ms": "LONG 0.. = 0",
  "segment.ms": "LONG 1.. = 604800000",
  "unclean.leader.election.enable": "BOOLEAN = false",
});

/** What the brokers call the same, where a topic has none of its own: the first that is set; in which unit, ms. */
const synonyms: Readonly<Record<string, string>> = {
  "cleanup.policy": "log.cleanup.policy",
  "compression.gzip.level": "compression.gzip.level",
  "compression.lz4.level": "compression.lz4.level",
  "compression.type": "compression.type",
  "compression.zstd.level": "compression.zstd.level",
  "delete.retention.ms": "log.cleaner.delete.retention.ms",
  "file.delete.delay.ms": "log.segment.delete.delay.ms",
  "flush.messages": "log.flush.interval.messages",
  "flush.ms": "log.flush.interval.ms log.flush.scheduler.interval.ms",
  "index.interval.bytes": "log.index.interval.bytes",
  "local.retention.bytes": "log.local.retention.bytes",
  "local.retention.ms": "log.local.retention.ms",
  "max.compaction.lag.ms": "log.cleaner.max.compaction.lag.ms",
  "max.message.bytes": "message.max.bytes",
  "message.downconversion.enable": "log.message.downconversion.enable",
  "message.format.version": "log.message.format.version",
  "message.timestamp.after.max.ms": "log.message.timestamp.after.max.ms",
  "message.timestamp.before.max.ms": "log.message.timestamp.before.max.ms",
  "message.timestamp.difference.max.ms": "log.message.timestamp.difference.max.ms",
  "message.timestamp.type": "log.message.timestamp.type",
  "min.cleanable.dirty.ratio": "log.cleaner.min.cleanable.ratio",
  "min.compaction.lag.ms": "log.cleaner.min.compaction.lag.ms",
  "min.insync.replicas": "min.insync.replicas",
  preallocate: "log.preallocate",
  "retention.bytes": "log.retention.bytes",
  "retention.ms": "log.retention.ms log.retention.minutes/60000 log.retention.hours/3600000",
  "segment.bytes": "log.segment.bytes",
  "segment.index.bytes": "log.index.size.max.bytes",
  "segment.jitter.ms": "log.roll.jitter.ms log.roll.jitter.hours/3600000",
  "segment.ms": "log.roll.ms log.roll.hours/3600000",
  "unclean.leader.election.enable": "unclean.leader.election.enable",
};

export interface BrokerSynonym {
  readonly name: string;
  /** By how much a value of it is multiplied. */
  readonly unit: number;
}

const brokerSynonyms: ReadonlyMap<string, readonly BrokerSynonym[]> = new Map(
  Object.entries(synonyms).map(([name, line]) => [name, line.split(" ").map(synonymOf)]),
);

export function synonymsOf(name: string): readonly BrokerSynonym[] {
  return brokerSynonyms.get(name) ?? [];
}

function synonymOf(said: string): BrokerSynonym {
  const [name = "", unit = "1"] = said.split("/");
  return { name, unit: Number(unit) };
}
