/** A server that has no replicas, and that may be told to be one. https://redis.io/docs/latest/operate/oss_and_stack/management/replication/ */
import { Failure, OK, type Reply, Status } from "../values.ts";
import { block, type Call, type Command, type CommandTable, integer } from "./command.ts";

const INVALID_PORT = "ERR Invalid master port";
const BECAME_REPLICA = new Failure(
  "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)",
);

const replicaOf: Command = {
  arity: 3,
  flags: ["admin", "noscript", "stale", "no_async_loading"],
  group: "server",
  since: "1.0.0",
  summary:
    "Makes this server a replica, which refuses writes and never reaches its master: nothing is replicated.",
  run({ redis }, [, host = "", portText = ""]) {
    const { following, waiting, clients, context } = redis;
    if (host.toLowerCase() === "no" && portText.toLowerCase() === "one") {
      following.follow(null);
      return OK;
    }
    const port = integer(portText, INVALID_PORT);
    if (port < 0 || port > 65_535) throw new Failure(INVALID_PORT);
    const before = following.master;
    if (before?.host.toLowerCase() === host.toLowerCase() && before.port === port)
      return new Status("OK Already connected to specified master");
    for (const client of clients.values())
      if (waiting.unblock(client, BECAME_REPLICA)) client.leaving = true;
    following.follow({ host, port });
    context.log("redis: a replica from now on, whose master is never reached");
    return OK;
  },
};

export const replication: CommandTable = {
  role: {
    arity: 1,
    flags: ["noscript", "loading", "stale", "fast"],
    group: "server",
    since: "2.8.12",
    summary: "Whether it is a master, and of whom.",
    run({ redis }) {
      const { master } = redis.following;
      return master === null
        ? ["master", 0, []]
        : ["slave", master.host, master.port, "connect", -1];
    },
  },
  replicaof: replicaOf,
  slaveof: replicaOf,
  wait: {
    arity: 3,
    flags: [],
    group: "generic",
    since: "3.0.0",
    summary: "Waits for replicas, of which there are none.",
    run(call, [, replicas, timeout]) {
      if (call.redis.following.master !== null)
        throw new Failure(
          "ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is configured to be writable (which is not the default) writes to replicas are just local and are not propagated.",
        );
      const wanted = integer(replicas);
      const ms = timeoutOf(timeout);
      if (wanted <= 0 || call.inside !== null) return 0;
      return waitInVain(call, ms, 0);
    },
  },
  waitaof: {
    arity: 4,
    flags: ["noscript"],
    group: "generic",
    since: "7.2.0",
    summary: "Waits until a log has been written, of which there is none.",
    run(call, [, local, replicas, timeout]) {
      if (call.redis.following.master !== null)
        throw new Failure(
          "ERR WAITAOF cannot be used with replica instances. Please also note that writes to replicas are just local and are not propagated.",
        );
      const own = integer(local);
      if (own < 0 || own > 1)
        throw new Failure("ERR value is out of range, must be between 0 and 1");
      const wanted = integer(replicas);
      if (wanted < 0) throw new Failure("ERR value is out of range, must be positive");
      const ms = timeoutOf(timeout);
      if (own === 1)
        throw new Failure(
          "ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.",
        );
      if (wanted === 0 || call.inside !== null) return [0, 0];
      return waitInVain(call, ms, [0, 0]);
    },
  },
};

function timeoutOf(argument: string | undefined): number {
  const ms = integer(argument, "ERR timeout is not an integer or out of range");
  if (ms < 0) throw new Failure("ERR timeout is negative");
  return ms;
}

/** Nothing ever comes for it: it waits as long as it said. */
function waitInVain(call: Call, timeout: number, answer: Reply): Reply {
  return block(call, { keys: [], timeout, attempt: () => undefined, timedOut: answer });
}
