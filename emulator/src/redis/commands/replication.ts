/** A server that stands alone, asked about its replicas. https://redis.io/docs/latest/operate/oss_and_stack/management/replication/ */
import { Failure, OK, type Reply } from "../values.ts";
import { block, type Call, type Command, type CommandTable, integer } from "./command.ts";

const replicaOf: Command = {
  arity: 3,
  flags: ["admin", "noscript", "stale", "no_async_loading"],
  group: "server",
  since: "1.0.0",
  summary: "Would follow another server. NO ONE is what it does anyway.",
  run(_call, [, host = "", port = ""]) {
    if (host.toLowerCase() === "no" && port.toLowerCase() === "one") return OK;
    throw new Failure("ERR the emulator follows no other server: only REPLICAOF NO ONE");
  },
};

export const replication: CommandTable = {
  role: {
    arity: 1,
    flags: ["noscript", "loading", "stale", "fast"],
    group: "server",
    since: "2.8.12",
    summary: "Whether it is a master, and of whom.",
    run: () => ["master", 0, []],
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
