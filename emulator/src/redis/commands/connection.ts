/** The connection itself: who is there, and in which protocol. */
import type { Client } from "../model/client.ts";
import type { Redis } from "../model/redis.ts";
import { type Bytes, Failure, OK, Pairs, type Reply, Status } from "../values.ts";
import { checkedName } from "./client-attributes.ts";
import { describeClient } from "./client-list.ts";
import { type CommandTable, integer, SYNTAX_ERROR } from "./command.ts";
import { CLAIMED_VERSION } from "./claimed-version.ts";

export const connection: CommandTable = {
  ping: {
    arity: -1,
    flags: ["fast"],
    group: "connection",
    since: "1.0.0",
    summary: "Shows that the server is there.",
    run({ client }, argv) {
      if (argv.length > 2) throw new Failure("ERR wrong number of arguments for 'ping' command");
      if (client.subscribed && client.version === 2) return ["pong", argv[1] ?? ""];
      return argv[1] ?? new Status("PONG");
    },
  },
  echo: {
    arity: 2,
    flags: ["loading", "stale", "fast"],
    group: "connection",
    since: "1.0.0",
    summary: "Answers what it is given.",
    run: (_call, [, message = ""]) => message,
  },
  auth: {
    arity: -2,
    flags: ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"],
    group: "connection",
    since: "1.0.0",
    summary: "Shows who the client is.",
    run({ redis, client }, argv) {
      if (argv.length > 3) throw new Failure(SYNTAX_ERROR);
      if (argv.length === 2 && redis.acl.default.noPassword)
        throw new Failure(
          "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
        );
      const [, first = "", second] = argv;
      logIn(redis, client, second === undefined ? ["default", first] : [first, second]);
      return OK;
    },
  },
  hello: {
    arity: -1,
    flags: ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"],
    group: "connection",
    since: "6.0.0",
    summary: "Chooses the protocol, and may log in and give a name.",
    run({ redis, client }, argv) {
      const version =
        argv[1] === undefined
          ? client.version
          : integer(argv[1], "ERR Protocol version is not an integer or out of range");
      if (version !== 2 && version !== 3) throw new Failure("NOPROTO unsupported protocol version");
      const { login, name } = helloOptions(argv.slice(2));
      if (login !== undefined) logIn(redis, client, login);
      if (!client.authenticated)
        throw new Failure(
          "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
        );
      if (name !== undefined) client.name = name;
      client.version = version;
      return greeting(client);
    },
  },
  select: {
    arity: 2,
    flags: ["loading", "stale", "fast"],
    group: "connection",
    since: "1.0.0",
    summary: "Chooses the database.",
    run({ redis, client }, [, index]) {
      const number = integer(index);
      if (redis.keyspaces[number] === undefined) throw new Failure("ERR DB index is out of range");
      client.database = number;
      return OK;
    },
  },
  quit: {
    arity: -1,
    flags: ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"],
    group: "connection",
    since: "1.0.0",
    summary: "Ends the connection.",
    run({ client }) {
      client.leaving = true;
      return OK;
    },
  },
  reset: {
    arity: 1,
    flags: ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"],
    group: "connection",
    since: "6.2.0",
    summary: "Makes the connection as a new one is.",
    run({ redis, client }) {
      redis.release(client);
      client.database = 0;
      client.version = 2;
      client.user = redis.acl.default;
      client.authenticated = client.user.needsNoPassword;
      client.name = "";
      client.readsOnly = false;
      client.replies = "on";
      client.keepsOut = { evict: false, touch: false };
      return new Status("RESET");
    },
  },
};

type Login = readonly [user: Bytes, password: Bytes];

function logIn(redis: Redis, client: Client, [name, password]: Login): void {
  const user = redis.acl.authenticate(name, password);
  if (user === null) {
    redis.acl.log.add(redis.now, client, {
      reason: "auth",
      context: client.transaction === null ? "toplevel" : "multi",
      object: "AUTH",
      info: describeClient(redis, client),
      user: name,
    });
    redis.stats.aclDenied.auth++;
    throw new Failure("WRONGPASS invalid username-password pair or user is disabled.");
  }
  client.user = user;
  client.authenticated = true;
}

function helloOptions(options: readonly Bytes[]): { login?: Login; name?: Bytes } {
  const found: { login?: Login; name?: Bytes } = {};
  for (let at = 0; at < options.length; at++) {
    const option = options[at] ?? "";
    const [first, second] = options.slice(at + 1);
    if (option.toLowerCase() === "auth" && first !== undefined && second !== undefined) {
      found.login = [first, second];
      at += 2;
    } else if (option.toLowerCase() === "setname" && first !== undefined) {
      found.name = checkedName(first);
      at++;
    } else throw new Failure(`ERR Syntax error in HELLO option '${option}'`);
  }
  return found;
}

function greeting(client: Client): Reply {
  return new Pairs([
    "server",
    "redis",
    "version",
    CLAIMED_VERSION,
    "proto",
    client.version,
    "id",
    client.id,
    "mode",
    "standalone",
    "role",
    "master",
    "modules",
    [],
  ]);
}
