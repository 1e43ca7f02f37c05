/** CLUSTER: one node that holds all slots, for clients that ask although this is none. https://redis.io/docs/latest/commands/cluster-info/ */
import type { Redis } from "../model/redis.ts";
import { keySlot } from "../model/slots.ts";
import { type Argv, type Bytes, Failure, OK, Pairs, Status, Verbatim } from "../values.ts";
import { type Call, type CommandTable, integer, SYNTAX_ERROR } from "./command.ts";

const SLOTS = 16_384;
const common = { group: "cluster", flags: ["stale"] } as const;
const HOST = "127.0.0.1";

const subcommands: CommandTable = {
  info: {
    ...common,
    arity: 2,
    since: "3.0.0",
    summary: "How the cluster is.",
    run: () =>
      new Verbatim(
        [
          ["cluster_state", "ok"],
          ["cluster_slots_assigned", SLOTS],
          ["cluster_slots_ok", SLOTS],
          ["cluster_slots_pfail", 0],
          ["cluster_slots_fail", 0],
          ["cluster_known_nodes", 1],
          ["cluster_size", 1],
          ["cluster_current_epoch", 1],
          ["cluster_my_epoch", 1],
          ["cluster_stats_messages_sent", 0],
          ["cluster_stats_messages_received", 0],
          ["total_cluster_links_buffer_limit_exceeded", 0],
        ]
          .map(([name, value]) => `${name}:${value}\r\n`)
          .join(""),
      ),
  },
  reset: {
    ...common,
    flags: ["admin", "noscript", "stale"],
    arity: -2,
    since: "3.0.0",
    summary: "Would leave the cluster, but there is none to leave.",
    run: () => new Failure("ERR This instance has cluster support disabled"),
  },
  slots: {
    ...common,
    flags: ["loading", "stale"],
    arity: 2,
    since: "3.0.0",
    summary: "Which node has which slots.",
    run: ({ redis }) => [[0, SLOTS - 1, [HOST, redis.port, redis.runId, new Pairs([])]]],
  },
  shards: {
    ...common,
    flags: ["loading", "stale"],
    arity: 2,
    since: "7.0.0",
    summary: "Which nodes have which slots.",
    run: ({ redis }) => [
      new Pairs([
        "slots",
        [0, SLOTS - 1],
        "nodes",
        [
          new Pairs([
            "id",
            redis.runId,
            "port",
            redis.port,
            "ip",
            HOST,
            "endpoint",
            HOST,
            "role",
            "master",
            "replication-offset",
            0,
            "health",
            "online",
          ]),
        ],
      ]),
    ],
  },
  nodes: {
    ...common,
    arity: 2,
    since: "3.0.0",
    summary: "The nodes, one a line.",
    run: ({ redis }) =>
      new Verbatim(
        `${redis.runId} ${HOST}:${redis.port}@${redis.port + 10_000} myself,master - 0 0 1 connected 0-${SLOTS - 1}\n`,
      ),
  },
  myid: {
    ...common,
    arity: 2,
    since: "3.0.0",
    summary: "This node's own number.",
    run: ({ redis }) => redis.runId,
  },
  myshardid: {
    ...common,
    arity: 2,
    since: "7.2.0",
    summary: "The number of the shard that this node is.",
    run: ({ redis }) => redis.runId,
  },
  replicas: {
    ...common,
    flags: ["admin", "stale"],
    arity: 3,
    since: "5.0.0",
    summary: "Who follows a node.",
    run: followers,
  },
  slaves: {
    ...common,
    flags: ["admin", "stale"],
    arity: 3,
    since: "3.0.0",
    summary: "The same.",
    run: followers,
  },
  links: {
    ...common,
    arity: 2,
    since: "7.0.0",
    summary: "Connections to other nodes.",
    run: () => [],
  },
  "count-failure-reports": {
    ...common,
    flags: ["admin", "stale"],
    arity: 3,
    since: "3.0.0",
    summary: "How many nodes say that a node has failed.",
    run({ redis }, [, , id = ""]) {
      known(redis, id);
      return 0;
    },
  },
  bumpepoch: {
    ...common,
    flags: ["admin", "stale", "no_async_loading"],
    arity: 2,
    since: "3.0.0",
    summary: "Would become the newest node, which this one is.",
    run: () => new Status("STILL 1"),
  },
  saveconfig: {
    ...common,
    flags: ["admin", "stale", "no_async_loading"],
    arity: 2,
    since: "3.0.0",
    summary: "Would write to the disk what it knows of the cluster.",
    run: () => OK,
  },
  keyslot: {
    ...common,
    arity: 3,
    since: "3.0.0",
    summary: "The slot of a key.",
    run: (_call, [, , key = ""]) => keySlot(key),
  },
  countkeysinslot: {
    ...common,
    arity: 3,
    since: "3.0.0",
    summary: "How many keys are in a slot.",
    run(call, [, , slot]) {
      const wanted = integer(slot);
      if (!isSlot(wanted)) throw new Failure("ERR Invalid slot");
      return keysIn(call, wanted).length;
    },
  },
  getkeysinslot: {
    ...common,
    arity: 4,
    since: "3.0.0",
    summary: "Keys that are in a slot.",
    run(call, [, , slot, count]) {
      const [wanted, most] = [integer(slot), integer(count)];
      if (!isSlot(wanted) || most < 0) throw new Failure("ERR Invalid slot or number of keys");
      return keysIn(call, wanted).slice(0, most);
    },
  },
};

export const cluster: CommandTable = {
  cluster: {
    arity: -2,
    flags: [],
    group: "cluster",
    since: "3.0.0",
    summary: "One node that holds all slots.",
    subcommands,
    run: () => new Failure(SYNTAX_ERROR),
  },
  readonly: {
    arity: 1,
    flags: ["loading", "stale", "fast"],
    group: "cluster",
    since: "3.0.0",
    summary: "Lets a replica answer.",
    run({ client }) {
      client.readsOnly = true;
      return OK;
    },
  },
  readwrite: {
    arity: 1,
    flags: ["loading", "stale", "fast"],
    group: "cluster",
    since: "3.0.0",
    summary: "Takes READONLY back.",
    run({ client }) {
      client.readsOnly = false;
      return OK;
    },
  },
  asking: {
    arity: 1,
    flags: ["fast"],
    group: "cluster",
    since: "3.0.0",
    summary: "Lets a node answer for a slot that comes to it.",
    run: () => OK,
  },
};

function followers({ redis }: Call, [, , id = ""]: Argv): readonly Bytes[] {
  known(redis, id);
  return [];
}

/** @throws {Failure} where it is no node of the cluster, of which there is one. */
function known(redis: Redis, id: Bytes): void {
  if (id !== redis.runId) throw new Failure(`ERR Unknown node ${id}`);
}

function isSlot(number: number): boolean {
  return number >= 0 && number < SLOTS;
}

function keysIn({ db }: Call, slot: number): string[] {
  return [...db.entries.keys()].filter((key) => keySlot(key) === slot);
}
