/** What CONFIG knows: redis.conf's parameters with their defaults. Many do nothing here, and are kept for who sets and reads them. */
import { INITIAL_OUTPUT_LIMITS } from "./output-limits.ts";

export interface Parameter {
  readonly name: string;
  /** The name that it had before. */
  readonly alias?: string;
  readonly kind:
    | "yes or no"
    | "integer"
    | "memory"
    /** Bytes, or a part of maxmemory: `5%`. */
    | "memory or percent"
    | "text"
    | { readonly oneOf: readonly string[] };
  readonly initial: string;
  readonly min?: number;
  readonly max?: number;
  /** Only redis.conf may set it. */
  readonly fixed?: "immutable" | "protected";
  /** Only who names it is shown it. */
  readonly hidden?: true;
}

const INT_MAX = 2 ** 31 - 1;

const YES_OR_NO: readonly (readonly [name: string, initial: "yes" | "no", alias?: string])[] = [
  ["protected-mode", "yes"],
  ["rdbcompression", "yes"],
  ["rdb-del-sync-files", "no"],
  ["activerehashing", "yes"],
  ["stop-writes-on-bgsave-error", "yes"],
  ["dynamic-hz", "yes"],
  ["lazyfree-lazy-eviction", "no"],
  ["lazyfree-lazy-expire", "no"],
  ["lazyfree-lazy-server-del", "no"],
  ["lazyfree-lazy-user-del", "no"],
  ["lazyfree-lazy-user-flush", "no"],
  ["repl-disable-tcp-nodelay", "no"],
  ["repl-diskless-sync", "yes"],
  ["aof-rewrite-incremental-fsync", "yes"],
  ["no-appendfsync-on-rewrite", "no"],
  ["cluster-require-full-coverage", "yes"],
  ["rdb-save-incremental-fsync", "yes"],
  ["aof-load-truncated", "yes"],
  ["aof-use-rdb-preamble", "yes"],
  ["aof-timestamp-enabled", "no"],
  ["cluster-replica-no-failover", "no", "cluster-slave-no-failover"],
  ["replica-lazy-flush", "no", "slave-lazy-flush"],
  ["replica-serve-stale-data", "yes", "slave-serve-stale-data"],
  ["replica-read-only", "yes", "slave-read-only"],
  ["replica-ignore-maxmemory", "yes", "slave-ignore-maxmemory"],
  ["jemalloc-bg-thread", "yes"],
  ["activedefrag", "no"],
  ["appendonly", "no"],
  ["cluster-allow-reads-when-down", "no"],
  ["cluster-allow-pubsubshard-when-down", "yes"],
  ["crash-log-enabled", "yes"],
  ["crash-memcheck-enabled", "yes"],
  ["cluster-allow-replica-migration", "yes"],
  ["replica-announced", "yes"],
  ["latency-tracking", "yes"],
  ["replica-ignore-disk-write-errors", "no"],
];

const INTEGERS: readonly (readonly [
  name: string,
  initial: number,
  min: number,
  max: number,
  alias?: string,
])[] = [
  ["port", 6379, 0, 65_535],
  ["auto-aof-rewrite-percentage", 100, 0, INT_MAX],
  ["cluster-replica-validity-factor", 10, 0, INT_MAX, "cluster-slave-validity-factor"],
  ["list-max-listpack-size", -2, -INT_MAX - 1, INT_MAX, "list-max-ziplist-size"],
  ["tcp-keepalive", 300, 0, INT_MAX],
  ["cluster-migration-barrier", 1, 0, INT_MAX],
  ["lfu-log-factor", 10, 0, INT_MAX],
  ["lfu-decay-time", 1, 0, INT_MAX],
  ["replica-priority", 100, 0, INT_MAX, "slave-priority"],
  ["repl-diskless-sync-delay", 5, 0, INT_MAX],
  ["maxmemory-samples", 5, 1, INT_MAX],
  ["maxmemory-eviction-tenacity", 10, 0, 100],
  ["timeout", 0, 0, INT_MAX],
  ["replica-announce-port", 0, 0, 65_535, "slave-announce-port"],
  ["repl-timeout", 60, 1, INT_MAX],
  ["repl-ping-replica-period", 10, 1, INT_MAX, "repl-ping-slave-period"],
  ["list-compress-depth", 0, 0, INT_MAX],
  ["active-expire-effort", 1, 1, 10],
  ["hz", 10, 0, INT_MAX],
  ["min-replicas-to-write", 0, 0, INT_MAX, "min-slaves-to-write"],
  ["min-replicas-max-lag", 10, 0, INT_MAX, "min-slaves-max-lag"],
  ["shutdown-timeout", 10, 0, INT_MAX],
  ["repl-diskless-sync-max-replicas", 0, 0, INT_MAX],
  ["maxclients", 10_000, 1, 2 ** 32 - 1],
  ["slowlog-max-len", 128, 0, Number.MAX_SAFE_INTEGER],
  ["acllog-max-len", 128, 0, Number.MAX_SAFE_INTEGER],
  ["busy-reply-threshold", 5000, 0, Number.MAX_SAFE_INTEGER, "lua-time-limit"],
  ["cluster-node-timeout", 15_000, 0, Number.MAX_SAFE_INTEGER],
  ["slowlog-log-slower-than", 10_000, -1, Number.MAX_SAFE_INTEGER],
  ["latency-monitor-threshold", 0, 0, Number.MAX_SAFE_INTEGER],
  ["stream-node-max-entries", 100, 0, Number.MAX_SAFE_INTEGER],
  ["hash-max-listpack-entries", 512, 0, Number.MAX_SAFE_INTEGER, "hash-max-ziplist-entries"],
  ["set-max-intset-entries", 512, 0, Number.MAX_SAFE_INTEGER],
  ["set-max-listpack-entries", 128, 0, Number.MAX_SAFE_INTEGER],
  ["set-max-listpack-value", 64, 0, Number.MAX_SAFE_INTEGER],
  ["zset-max-listpack-entries", 128, 0, Number.MAX_SAFE_INTEGER, "zset-max-ziplist-entries"],
  ["tracking-table-max-keys", 1_000_000, 0, Number.MAX_SAFE_INTEGER],
  ["repl-backlog-ttl", 3600, 0, Number.MAX_SAFE_INTEGER],
];

const MEMORY: readonly (readonly [name: string, initial: number, min: number, alias?: string])[] = [
  ["proto-max-bulk-len", 512 * 1024 * 1024, 1024 * 1024],
  ["repl-backlog-size", 1024 * 1024, 1],
  ["maxmemory", 0, 0],
  ["cluster-link-sendbuf-limit", 0, 0],
  ["hash-max-listpack-value", 64, 0, "hash-max-ziplist-value"],
  ["stream-node-max-bytes", 4096, 0],
  ["zset-max-listpack-value", 64, 0, "zset-max-ziplist-value"],
  ["hll-sparse-max-bytes", 3000, 0],
  ["client-query-buffer-limit", 1024 * 1024 * 1024, 1024 * 1024],
  ["auto-aof-rewrite-min-size", 64 * 1024 * 1024, 0],
];

const POLICIES = [
  "volatile-lru",
  "volatile-lfu",
  "volatile-random",
  "volatile-ttl",
  "allkeys-lru",
  "allkeys-lfu",
  "allkeys-random",
  "noeviction",
];

/** The server's own tests set them. */
const HIDDEN: readonly (readonly [name: string, initial: number, min: number])[] = [
  ["key-load-delay", 0, -INT_MAX - 1],
  ["rdb-key-save-delay", 0, -INT_MAX - 1],
  ["watchdog-period", 0, 0],
  ["loading-process-events-interval-bytes", 2 * 1024 * 1024, 1024],
];

const OTHERS: readonly Parameter[] = [
  { name: "maxmemory-clients", kind: "memory or percent", initial: "0" },
  { name: "maxmemory-policy", kind: { oneOf: POLICIES }, initial: "noeviction" },
  {
    name: "loglevel",
    kind: { oneOf: ["debug", "verbose", "notice", "warning", "nothing"] },
    initial: "notice",
  },
  { name: "appendfsync", kind: { oneOf: ["everysec", "always", "no"] }, initial: "everysec" },
  {
    name: "acl-pubsub-default",
    kind: { oneOf: ["allchannels", "resetchannels"] },
    initial: "resetchannels",
  },
  { name: "sanitize-dump-payload", kind: { oneOf: ["no", "yes", "clients"] }, initial: "no" },
  {
    name: "repl-diskless-load",
    kind: { oneOf: ["disabled", "on-empty-db", "swapdb"] },
    initial: "disabled",
  },
  { name: "oom-score-adj", kind: { oneOf: ["no", "yes", "relative", "absolute"] }, initial: "no" },
  {
    name: "propagation-error-behavior",
    kind: { oneOf: ["ignore", "panic", "panic-on-replicas"] },
    initial: "ignore",
  },
  { name: "requirepass", kind: "text", initial: "" },
  { name: "masteruser", kind: "text", initial: "" },
  { name: "masterauth", kind: "text", initial: "" },
  { name: "notify-keyspace-events", kind: "text", initial: "" },
  { name: "save", kind: "text", initial: "" },
  {
    name: "client-output-buffer-limit",
    kind: "text",
    initial: INITIAL_OUTPUT_LIMITS,
  },
  { name: "latency-tracking-info-percentiles", kind: "text", initial: "50 99 99.9" },
  { name: "oom-score-adj-values", kind: "text", initial: "0 200 800" },
  { name: "replica-announce-ip", alias: "slave-announce-ip", kind: "text", initial: "" },
  { name: "cluster-announce-ip", kind: "text", initial: "" },
  { name: "cluster-announce-hostname", kind: "text", initial: "" },
  { name: "ignore-warnings", kind: "text", initial: "" },
  {
    name: "proc-title-template",
    kind: "text",
    initial: "{title} {listen-addr} {server-mode}",
  },
  { name: "bind", kind: "text", initial: "127.0.0.1 -::1" },
  { name: "bind-source-addr", kind: "text", initial: "" },
  { name: "locale-collate", kind: "text", initial: "" },
  { name: "dir", kind: "text", initial: "/", fixed: "protected" },
  { name: "dbfilename", kind: "text", initial: "dump.rdb", fixed: "protected" },
  { name: "databases", kind: "integer", initial: "16", fixed: "immutable" },
  { name: "io-threads", kind: "integer", initial: "1", fixed: "immutable" },
  { name: "tcp-backlog", kind: "integer", initial: "511", fixed: "immutable" },
  { name: "cluster-enabled", kind: "yes or no", initial: "no", fixed: "immutable" },
  { name: "daemonize", kind: "yes or no", initial: "no", fixed: "immutable" },
  { name: "rdbchecksum", kind: "yes or no", initial: "yes", fixed: "immutable" },
  { name: "always-show-logo", kind: "yes or no", initial: "no", fixed: "immutable" },
  { name: "aclfile", kind: "text", initial: "", fixed: "immutable" },
  { name: "unixsocket", kind: "text", initial: "", fixed: "immutable" },
  { name: "logfile", kind: "text", initial: "", fixed: "immutable" },
  { name: "pidfile", kind: "text", initial: "", fixed: "immutable" },
  { name: "appendfilename", kind: "text", initial: "appendonly.aof", fixed: "immutable" },
  { name: "appenddirname", kind: "text", initial: "appendonlydir", fixed: "immutable" },
  { name: "replicaof", alias: "slaveof", kind: "text", initial: "", fixed: "immutable" },
  {
    name: "enable-debug-command",
    kind: { oneOf: ["no", "yes", "local"] },
    initial: "yes",
    fixed: "immutable",
  },
  {
    name: "enable-protected-configs",
    kind: { oneOf: ["no", "yes", "local"] },
    initial: "no",
    fixed: "immutable",
  },
  {
    name: "enable-module-command",
    kind: { oneOf: ["no", "yes", "local"] },
    initial: "no",
    fixed: "immutable",
  },
];

export const parameters: readonly Parameter[] = [
  ...YES_OR_NO.map(([name, initial, alias]): Parameter => ({
    name,
    kind: "yes or no",
    initial,
    ...(alias === undefined ? {} : { alias }),
  })),
  ...INTEGERS.map(([name, initial, min, max, alias]): Parameter => ({
    name,
    kind: "integer",
    initial: String(initial),
    min,
    max,
    ...(alias === undefined ? {} : { alias }),
  })),
  ...MEMORY.map(([name, initial, min, alias]): Parameter => ({
    name,
    kind: "memory",
    initial: String(initial),
    min,
    max: Number.MAX_SAFE_INTEGER,
    ...(alias === undefined ? {} : { alias }),
  })),
  ...HIDDEN.map(([name, initial, min]): Parameter => ({
    name,
    kind: "integer",
    initial: String(initial),
    min,
    max: INT_MAX,
    hidden: true,
  })),
  ...OTHERS,
];
