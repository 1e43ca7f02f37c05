/** CLIENT: this connection and the others. https://redis.io/docs/latest/commands/client/ */
import type { Client } from "../model/client.ts";
import { type Bytes, Failure, OK, type Reply, SILENCE, Verbatim } from "../values.ts";
import { checkedAttribute, checkedName } from "./client-attributes.ts";
import { clientKill } from "./client-kill.ts";
import { clientsOfType, describeClient } from "./client-list.ts";
import { clientTracking } from "./client-tracking.ts";
import { type Call, type CommandTable, integer, SYNTAX_ERROR } from "./command.ts";

const common = { group: "connection", flags: ["noscript", "loading", "stale"] } as const;

const subcommands: CommandTable = {
  id: {
    ...common,
    arity: 2,
    since: "5.0.0",
    summary: "This connection's number.",
    run: ({ client }) => client.id,
  },
  info: {
    ...common,
    arity: 2,
    since: "6.2.0",
    summary: "What is known of this connection.",
    run: ({ redis, client }) => new Verbatim(`${describeClient(redis, client)}\n`),
  },
  list: {
    ...common,
    flags: ["admin", "noscript", "loading", "stale"],
    arity: -2,
    since: "2.4.0",
    summary: "What is known of all connections, or of some of them.",
    run({ redis }, [, , ...options]) {
      const chosen = listed([...redis.clients.values()], options);
      return new Verbatim(chosen.map((each) => `${describeClient(redis, each)}\n`).join(""));
    },
  },
  setname: {
    ...common,
    arity: 3,
    since: "2.6.9",
    summary: "Gives this connection a name.",
    run({ client }, [, , name = ""]) {
      client.name = checkedName(name);
      return OK;
    },
  },
  getname: {
    ...common,
    arity: 2,
    since: "2.6.9",
    summary: "This connection's name.",
    run: ({ client }) => (client.name === "" ? null : client.name),
  },
  setinfo: {
    ...common,
    arity: 4,
    since: "7.2.0",
    summary: "Says which library the client is made with.",
    run({ client }, [, , attribute = "", value = ""]) {
      const name = attribute.toLowerCase();
      if (name !== "lib-name" && name !== "lib-ver")
        throw new Failure(`ERR Unrecognized option '${attribute}'`);
      client.library[name === "lib-name" ? "name" : "version"] = checkedAttribute(attribute, value);
      return OK;
    },
  },
  reply: {
    ...common,
    arity: 3,
    since: "3.2.0",
    summary: "Whether this connection wants answers.",
    run({ client }, [, , mode]) {
      switch (mode?.toLowerCase()) {
        case "on":
          client.replies = "on";
          return OK;
        case "off":
          client.replies = "off";
          return SILENCE;
        case "skip":
          if (client.replies !== "off") client.replies = "skip";
          return SILENCE;
        default:
          throw new Failure(SYNTAX_ERROR);
      }
    },
  },
  "no-evict": {
    ...common,
    flags: ["admin", "noscript", "loading", "stale"],
    arity: 3,
    since: "7.0.0",
    summary: "Whether this connection may be closed where memory is short. It never is here.",
    run({ client }, [, , mode]) {
      client.keepsOut.evict = isOn(mode);
      return OK;
    },
  },
  "no-touch": {
    ...common,
    arity: 3,
    since: "7.2.0",
    summary: "Whether this connection's commands count as use of a key.",
    run({ client }, [, , mode]) {
      client.keepsOut.touch = isOn(mode);
      return OK;
    },
  },
  kill: {
    ...common,
    flags: ["admin", "noscript", "loading", "stale"],
    arity: -3,
    since: "2.4.0",
    summary: "Ends connections.",
    run: (call, [, , ...options]) => clientKill(call, options),
  },
  unblock: {
    ...common,
    flags: ["admin", "noscript", "loading", "stale"],
    arity: -3,
    since: "5.0.0",
    summary: "Ends the waiting of a connection that is blocked.",
    run: (call, [, , id, reason, ...others]) => {
      if (others.length > 0) throw new Failure(SYNTAX_ERROR);
      return unblock(call, id, reason);
    },
  },
  pause: {
    ...common,
    flags: ["admin", "noscript", "loading", "stale"],
    arity: -3,
    since: "3.0.0",
    summary: "Lets commands wait.",
    run(call, [, , timeout, mode = "all"]) {
      const kind = mode.toLowerCase();
      if (kind !== "write" && kind !== "all")
        throw new Failure("ERR CLIENT PAUSE mode must be WRITE or ALL");
      const ms = integer(timeout, "ERR timeout is not an integer or out of range");
      if (ms < 0) throw new Failure("ERR timeout is negative");
      call.redis.pause.begin(call.now + ms, kind === "all");
      return OK;
    },
  },
  unpause: {
    ...common,
    flags: ["admin", "noscript", "loading", "stale"],
    arity: 2,
    since: "6.2.0",
    summary: "Lets commands go on.",
    run({ redis }) {
      redis.pause.end();
      return OK;
    },
  },
  ...clientTracking,
};

export const clients: CommandTable = {
  client: {
    arity: -2,
    flags: [],
    group: "connection",
    since: "2.4.0",
    summary: "This connection and the others.",
    subcommands,
    run: () => new Failure(SYNTAX_ERROR),
  },
};

function isOn(mode: Bytes | undefined): boolean {
  const given = mode?.toLowerCase();
  if (given !== "on" && given !== "off") throw new Failure(SYNTAX_ERROR);
  return given === "on";
}

function listed(all: readonly Client[], options: readonly Bytes[]): readonly Client[] {
  const [option, ...values] = options;
  if (option === undefined) return all;
  if (option.toLowerCase() === "type" && values.length === 1)
    return clientsOfType(all, values[0] ?? "");
  if (option.toLowerCase() !== "id" || values.length === 0) throw new Failure(SYNTAX_ERROR);
  return values
    .map((value) => integer(value, "ERR Invalid client ID"))
    .flatMap((id) => all.filter((client) => client.id === id));
}

function unblock({ redis }: Call, id: Bytes | undefined, reason: Bytes = "timeout"): Reply {
  const why = reason.toLowerCase();
  if (why !== "timeout" && why !== "error")
    throw new Failure("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
  const target = redis.clients.get(integer(id));
  if (target === undefined) return 0;
  const answer =
    why === "error" ? new Failure("UNBLOCKED client unblocked via CLIENT UNBLOCK") : undefined;
  return redis.waiting.unblock(target, answer) ? 1 : 0;
}
