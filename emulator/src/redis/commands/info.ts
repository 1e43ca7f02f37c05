/** INFO: what the server says of itself, section by section. https://redis.io/docs/latest/commands/info/ */
import { totalmem } from "node:os";
import { SERVER_NAME } from "../../version.ts";
import type { Redis } from "../model/redis.ts";
import { EMPTY } from "../model/used.ts";
import { type Bytes, Verbatim } from "../values.ts";
import { scriptingOf } from "../scripting/scripting.ts";
import { CLAIMED_VERSION } from "./claimed-version.ts";
import type { CommandTable } from "./command.ts";

type Fields = readonly (readonly [name: string, value: string | number])[];

/** By name, in the server's order. What is not in the default set is in `all` or `everything` only. */
const SECTIONS: Readonly<Record<string, (redis: Redis) => Fields>> = {
  Server: server,
  Clients: clients,
  Memory: memory,
  Persistence: persistence,
  Stats: stats,
  Replication: replication,
  CPU: cpu,
  Modules: () => [],
  Commandstats: commandStats,
  Errorstats: errorStats,
  Latencystats: latencyStats,
  Cluster: () => [["cluster_enabled", 0]],
  Keyspace: keyspace,
};

const NOT_BY_DEFAULT = new Set(["Commandstats", "Latencystats"]);

export const info: CommandTable = {
  info: {
    arity: -1,
    flags: ["loading", "stale"],
    group: "server",
    since: "1.0.0",
    summary: "Says how the server is, what it has counted, and what it holds.",
    run: ({ redis }, [, ...wanted]) => new Verbatim(infoText(redis, wanted)),
  },
};

function infoText(redis: Redis, wanted: readonly Bytes[]): Bytes {
  const names = new Set(wanted.map((name) => name.toLowerCase()));
  const all = names.has("all") || names.has("everything");
  const standard = names.size === 0 || names.has("default");
  const texts: string[] = [];
  for (const [name, fieldsOf] of Object.entries(SECTIONS)) {
    const chosen = all || names.has(name.toLowerCase()) || (standard && !NOT_BY_DEFAULT.has(name));
    if (!chosen) continue;
    const lines = fieldsOf(redis).map(([field, value]) => `${field}:${value}\r\n`);
    texts.push(`# ${name}\r\n${lines.join("")}`);
  }
  return texts.join("\r\n");
}

function server(redis: Redis): Fields {
  const uptime = Math.floor((redis.now - redis.started) / 1000);
  return [
    ["redis_version", CLAIMED_VERSION],
    ["redis_git_sha1", "00000000"],
    ["redis_git_dirty", 0],
    ["redis_build_id", SERVER_NAME],
    ["redis_mode", "standalone"],
    ["os", `${process.platform} ${process.arch}`],
    ["arch_bits", 64],
    ["monotonic_clock", "the emulator's"],
    ["multiplexing_api", "libuv"],
    ["process_id", process.pid],
    ["process_supervised", "no"],
    ["run_id", redis.runId],
    ["tcp_port", redis.port],
    ["server_time_usec", redis.now * 1000],
    ["uptime_in_seconds", uptime],
    ["uptime_in_days", Math.floor(uptime / 86_400)],
    ["hz", redis.config.number("hz")],
    ["configured_hz", redis.config.number("hz")],
    ["lru_clock", Math.floor(redis.now / 1000) & 0xff_ffff],
    ["executable", SERVER_NAME],
    ["config_file", ""],
    ["io_threads_active", 0],
  ];
}

function clients(redis: Redis): Fields {
  const all = [...redis.clients.values()];
  return [
    ["connected_clients", all.length],
    ["cluster_connections", 0],
    ["maxclients", redis.config.number("maxclients")],
    ["client_recent_max_input_buffer", 0],
    ["client_recent_max_output_buffer", 0],
    ["blocked_clients", redis.waiting.count + redis.pause.waiting],
    ["tracking_clients", redis.tracking.clients],
    ["pubsub_clients", all.filter((client) => client.subscribed).length],
    ["watching_clients", all.filter((client) => redis.watching.count(client) > 0).length],
    ["clients_in_timeout_table", 0],
    ["total_watched_keys", all.reduce((sum, client) => sum + redis.watching.count(client), 0)],
    ["total_blocking_keys", redis.waiting.keys.all],
    ["total_blocking_keys_on_nokey", redis.waiting.keys.watched],
  ];
}

function memory(redis: Redis): Fields {
  const { rss } = process.memoryUsage();
  const { now: used, peak } = redis.eviction.used;
  const max = redis.config.number("maxmemory");
  return [
    ["used_memory", used],
    ["used_memory_human", human(used)],
    ["used_memory_rss", rss],
    ["used_memory_rss_human", human(rss)],
    ["used_memory_peak", peak],
    ["used_memory_peak_human", human(peak)],
    ["used_memory_peak_perc", percent(used, peak)],
    ["used_memory_overhead", EMPTY],
    ["used_memory_startup", EMPTY],
    ["used_memory_dataset", used - EMPTY],
    ["used_memory_dataset_perc", percent(used - EMPTY, used)],
    ["total_system_memory", totalmem()],
    ["total_system_memory_human", human(totalmem())],
    ["used_memory_lua", 0],
    ["used_memory_scripts", 0],
    ["number_of_cached_scripts", scriptingOf(redis).scripts.size],
    ["number_of_functions", scriptingOf(redis).libraries.functionCount],
    ["number_of_libraries", scriptingOf(redis).libraries.all.length],
    ["maxmemory", max],
    ["maxmemory_human", human(max)],
    ["maxmemory_policy", redis.config.text("maxmemory-policy")],
    ["mem_fragmentation_ratio", (rss / used).toFixed(2)],
    ["mem_not_counted_for_evict", 0],
    ["mem_clients_slaves", 0],
    ["mem_clients_normal", 0],
    ["mem_allocator", "v8"],
    ["active_defrag_running", 0],
    ["lazyfree_pending_objects", 0],
    ["lazyfreed_objects", redis.stats.lazilyFreed],
  ];
}

function persistence(redis: Redis): Fields {
  return [
    ["loading", 0],
    ["async_loading", 0],
    ["rdb_changes_since_last_save", redis.stats.changes],
    ["rdb_bgsave_in_progress", 0],
    ["rdb_last_save_time", Math.floor(redis.saved / 1000)],
    ["rdb_last_bgsave_status", "ok"],
    ["rdb_last_bgsave_time_sec", -1],
    ["rdb_current_bgsave_time_sec", -1],
    ["rdb_saves", 0],
    ["aof_enabled", redis.config.isOn("appendonly") ? 1 : 0],
    ["aof_rewrite_in_progress", 0],
    ["aof_rewrite_scheduled", 0],
    ["aof_last_bgrewrite_status", "ok"],
    ["aof_last_write_status", "ok"],
  ];
}

function stats({ stats: counted, pubsub, tracking }: Redis): Fields {
  return [
    ["total_connections_received", counted.connections],
    ["total_commands_processed", counted.commands],
    ["instantaneous_ops_per_sec", 0],
    ["total_net_input_bytes", counted.bytesIn],
    ["total_net_output_bytes", counted.bytesOut],
    ["rejected_connections", 0],
    ["sync_full", 0],
    ["sync_partial_ok", 0],
    ["sync_partial_err", 0],
    ["expired_keys", counted.expired],
    ["evicted_keys", counted.evicted],
    ["evicted_clients", 0],
    ["keyspace_hits", counted.hits],
    ["keyspace_misses", counted.misses],
    ["pubsub_channels", pubsub.channels.size],
    ["pubsub_patterns", pubsub.patterns.size],
    ["pubsubshard_channels", pubsub.shardChannels.size],
    ["latest_fork_usec", 0],
    ["total_forks", 0],
    ["migrate_cached_sockets", 0],
    ["tracking_total_keys", tracking.keys],
    ["tracking_total_items", tracking.items],
    ["tracking_total_prefixes", tracking.prefixes],
    ["unexpected_error_replies", 0],
    ["total_error_replies", counted.errorReplies],
    ["acl_access_denied_auth", counted.aclDenied.auth],
    ["acl_access_denied_cmd", counted.aclDenied.command],
    ["acl_access_denied_key", counted.aclDenied.key],
    ["acl_access_denied_channel", counted.aclDenied.channel],
  ];
}

function replication({ runId, following: { master }, config }: Redis): Fields {
  const followed: Fields =
    master === null
      ? []
      : [
          ["master_host", master.host],
          ["master_port", master.port],
          ["master_link_status", "down"],
          ["master_last_io_seconds_ago", -1],
          ["master_sync_in_progress", 0],
          ["slave_read_repl_offset", 0],
          ["slave_repl_offset", 0],
          ["master_link_down_since_seconds", -1],
          ["slave_priority", config.number("replica-priority")],
          ["slave_read_only", Number(config.isOn("replica-read-only"))],
          ["replica_announced", Number(config.isOn("replica-announced"))],
        ];
  return [
    ["role", master === null ? "master" : "slave"],
    ...followed,
    ["connected_slaves", 0],
    ["master_failover_state", "no-failover"],
    ["master_replid", runId],
    ["master_replid2", "0".repeat(40)],
    ["master_repl_offset", 0],
    ["second_repl_offset", -1],
    ["repl_backlog_active", 0],
    ["repl_backlog_size", 1_048_576],
    ["repl_backlog_first_byte_offset", 0],
    ["repl_backlog_histlen", 0],
  ];
}

function cpu(): Fields {
  const { system, user } = process.cpuUsage();
  return [
    ["used_cpu_sys", (system / 1e6).toFixed(6)],
    ["used_cpu_user", (user / 1e6).toFixed(6)],
    ["used_cpu_sys_children", "0.000000"],
    ["used_cpu_user_children", "0.000000"],
  ];
}

function commandStats({ stats: counted }: Redis): Fields {
  return [...counted.byCommand].map(([name, { calls, time, rejected, failed }]) => {
    const micros = time * 1000;
    const each = calls === 0 ? "0.00" : (micros / calls).toFixed(2);
    return [
      `cmdstat_${name}`,
      `calls=${calls},usec=${micros},usec_per_call=${each},rejected_calls=${rejected},failed_calls=${failed}`,
    ];
  });
}

function errorStats({ stats: counted }: Redis): Fields {
  return [...counted.errors].map(([code, count]) => [`errorstat_${code}`, `count=${count}`]);
}

function latencyStats({ stats: counted, config }: Redis): Fields {
  if (!config.isOn("latency-tracking")) return [];
  const percentiles = config.text("latency-tracking-info-percentiles").split(" ");
  return [...counted.byCommand]
    .filter(([, { calls }]) => calls > 0)
    .map(([name, command]) => [
      `latency_percentiles_usec_${name}`,
      percentiles
        .filter((each) => each !== "")
        .map((each) => `p${each}=${command.percentile(Number(each)).toFixed(3)}`)
        .join(","),
    ]);
}

function keyspace({ keyspaces, now }: Redis): Fields {
  const fields: [string, string][] = [];
  for (const { index, entries } of keyspaces) {
    if (entries.size === 0) continue;
    let expires = 0;
    let left = 0;
    for (const entry of entries.values()) {
      if (entry.expires === Number.POSITIVE_INFINITY) continue;
      expires++;
      left += entry.expires - now;
    }
    const average = expires === 0 ? 0 : Math.max(0, Math.floor(left / expires));
    fields.push([`db${index}`, `keys=${entries.size},expires=${expires},avg_ttl=${average}`]);
  }
  return fields;
}

function percent(part: number, whole: number): string {
  return `${((part / whole) * 100).toFixed(2)}%`;
}

function human(bytes: number): string {
  const units = ["B", "K", "M", "G", "T"];
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return unit === 0 ? `${value}B` : `${value.toFixed(2)}${units[unit]}`;
}
