/** What a stream's configuration must be where it asks for what came after 2.10: checkStreamCfg and configUpdateCheck of nats-server 2.15. */
import { ApiError } from "./contract.ts";
import { invalid } from "./errors.ts";
import { NS_PER_S, type StreamConfig } from "./stream-config.ts";

/** It is asked before the other rules of a full stream. @throws {ApiError} */
export function checkCounter(config: StreamConfig): void {
  if (!config.allow_msg_counter) return;
  if (config.discard === "new") invalid("counter stream cannot use discard new");
  if (config.allow_msg_ttl) invalid("counter stream cannot use message TTLs");
  if (config.allow_msg_schedules) invalid("counter stream cannot use message schedules");
  if (config.retention !== "limits") invalid("counter stream can only use limits retention");
}

/** Gives the configuration with what a feature brings along. @throws {ApiError} */
export function checkFeatures(config: StreamConfig): StreamConfig {
  let checked = config;
  const marker = config.subject_delete_marker_ttl ?? 0;
  if (marker < 0) invalid("subject delete marker TTL must not be negative");
  if (marker > 0) {
    if (marker < NS_PER_S) invalid("subject delete marker TTL must be at least 1 second");
    checked = withRollups({ ...checked, allow_msg_ttl: true });
  }
  if (config.allow_msg_schedules) {
    if (config.discard === "new") invalid("message scheduling cannot use discard new");
    checked = withRollups(checked);
  }
  checkMirror(config);
  if (config.sources !== undefined && config.allow_msg_schedules)
    throw new ApiError(400, 10187, "stream source can not also schedule messages");
  return checked;
}

/** What an update may not change. @throws {ApiError} */
export function checkFeatureUpdate(before: StreamConfig, next: StreamConfig): void {
  if (before.allow_msg_ttl && !next.allow_msg_ttl)
    invalid("message TTL status can not be disabled");
  if (before.allow_msg_counter !== next.allow_msg_counter)
    invalid("stream configuration update can not change message counter setting");
  if (before.allow_msg_schedules && !next.allow_msg_schedules)
    invalid("message schedules can not be disabled");
}

function checkMirror(config: StreamConfig): void {
  if (config.mirror === undefined) return;
  if (config.allow_msg_counter)
    throw new ApiError(400, 10173, "stream mirrors can not also calculate counters");
  if (config.allow_atomic)
    throw new ApiError(400, 10198, "stream mirrors can not also use atomic publishing");
  if (config.allow_msg_schedules)
    throw new ApiError(400, 10186, "stream mirrors can not also schedule messages");
  if (config.subject_delete_marker_ttl !== undefined)
    invalid("subject delete markers forbidden on mirrors");
}

function withRollups(config: StreamConfig): StreamConfig {
  return config.allow_rollup_hdrs
    ? config
    : { ...config, allow_rollup_hdrs: true, deny_purge: false };
}
