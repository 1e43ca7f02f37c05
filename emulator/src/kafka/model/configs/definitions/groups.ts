/**
 * The configs of groups, and of subscriptions to clients' metrics. What a group does not say its brokers say, with
 * `group.` before it. https://kafka.apache.org/documentation/#groupconfigs, KIP-714
 */
import { defineConfigs, type Definitions } from "./definition.ts";

export const groupDefinitions: Definitions = defineConfigs({
  "consumer.heartbeat.interval.ms": "INT 1.. = 5000",
  "consumer.session.timeout.ms": "INT 1.. = 45000",
  "share.heartbeat.interval.ms": "INT 1.. = 5000",
  "share.record.lock.duration.ms": "INT 1000..60000 = 30000",
  "share.session.timeout.ms": "INT 1.. = 45000",
});

export const metricsDefinitions: Definitions = defineConfigs({
  "interval.ms": "INT = 300000",
  match: "LIST =",
  metrics: "LIST =",
});
