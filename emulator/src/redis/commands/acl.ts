/** ACL: users, and what they may. https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ */
import { randomBytes } from "node:crypto";
import type { AclLogEntry } from "../model/acl-log.ts";
import type { Selector } from "../model/selector.ts";
import type { User } from "../model/user.ts";
import { type Bytes, Double, Failure, Members, OK, Pairs, type Reply } from "../values.ts";
import { applyRules, type RuleContext } from "./acl-rules.ts";
import { CATEGORIES } from "./categories.ts";
import { type Call, type CommandTable, integer, SYNTAX_ERROR } from "./command.ts";
import { wouldDeny } from "./permissions.ts";
import { fits, type Known, wrongNumber } from "./registry.ts";

const PASSWORD_BITS = 4096;
const NO_FILE =
  "ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.";

const open = { group: "server", since: "6.0.0", flags: ["noscript", "loading", "stale"] } as const;
const admin = { ...open, flags: ["admin", "noscript", "loading", "stale"] } as const;

const subcommands: CommandTable = {
  cat: {
    ...open,
    arity: -2,
    summary: "The categories, or the commands of one.",
    run({ registry }, [, name = "", category, ...others]) {
      if (others.length > 0) throw wrongForm(name);
      if (category === undefined) return [...CATEGORIES];
      const wanted = category.toLowerCase();
      if (!CATEGORIES.some((each) => each === wanted))
        throw new Failure(`ERR Unknown category '${category.slice(0, 128)}'`);
      const inIt = ({ categories }: Known) => categories.some((each) => each === wanted);
      return registry.all
        .flatMap((known) => [known, ...(known.subcommands?.values() ?? [])])
        .filter((known) => inIt(known) && (known.subcommands === null || known.name === "command"))
        .map(({ name }) => name);
    },
  },
  whoami: {
    ...open,
    arity: 2,
    summary: "The user of this connection.",
    run: ({ client }) => client.user.name,
  },
  genpass: {
    ...open,
    arity: -2,
    summary: "A password that nobody guesses.",
    run(_call, [, name = "", given, ...others]) {
      if (others.length > 0) throw wrongForm(name);
      const bits = given === undefined ? 256 : integer(given);
      if (bits <= 0 || bits > PASSWORD_BITS)
        throw new Failure(
          `ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to ${PASSWORD_BITS}`,
        );
      const letters = Math.ceil(bits / 4);
      return randomBytes(Math.ceil(letters / 2))
        .toString("hex")
        .slice(0, letters);
    },
  },
  setuser: {
    ...admin,
    arity: -3,
    summary: "Makes a user, or changes what it may.",
    run(call, [, , name = "", ...rules]) {
      if (/[ \t-\r\0]/.test(name))
        throw new Failure("ERR Usernames can't contain spaces or null characters");
      setUser(call, name, rules);
      return OK;
    },
  },
  getuser: {
    ...admin,
    arity: 3,
    summary: "What a user may.",
    run({ redis }, [, , name = ""]) {
      const user = redis.acl.users.get(name);
      return user === undefined ? null : describe(user);
    },
  },
  deluser: {
    ...admin,
    arity: -3,
    summary: "Removes users, and ends their connections.",
    run({ redis, client }, [, , ...names]) {
      if (names.includes("default")) throw new Failure("ERR The 'default' user cannot be removed");
      const gone = names.flatMap((name) => redis.acl.users.get(name) ?? []);
      for (const user of new Set(gone)) {
        redis.acl.users.delete(user.name);
        for (const each of redis.clients.values()) {
          if (each.user !== user) continue;
          if (each === client) each.leaving = true;
          else each.line.close();
        }
      }
      return new Set(gone).size;
    },
  },
  list: {
    ...admin,
    arity: 2,
    summary: "All users with their rules.",
    run: ({ redis }) =>
      sorted(redis.acl.users.values()).map((user) => `user ${user.name} ${rulesOf(user)}`),
  },
  users: {
    ...admin,
    arity: 2,
    summary: "All users' names.",
    run: ({ redis }) => sorted(redis.acl.users.values()).map(({ name }) => name),
  },
  log: {
    ...admin,
    arity: -2,
    summary: "What was refused.",
    run({ redis, now }, [, name = "", given, ...others]) {
      if (others.length > 0) throw wrongForm(name);
      const { log } = redis.acl;
      if (given?.toLowerCase() === "reset") {
        log.reset();
        return OK;
      }
      const count = given === undefined ? 10 : Math.max(0, integer(given));
      return log.entries.slice(0, count).map((entry) => logged(entry, now));
    },
  },
  dryrun: {
    ...admin,
    since: "7.0.0",
    arity: -4,
    summary: "Whether a user might run a command.",
    run({ redis, registry }, [, , name = "", ...argv]) {
      const user = redis.acl.users.get(name);
      if (user === undefined) throw new Failure(`ERR User '${name}' not found`);
      const known = registry.lookup(argv);
      if (known instanceof Failure) throw new Failure(`ERR Command '${argv[0] ?? ""}' not found`);
      if (!fits(known.command, argv)) throw wrongNumber(known);
      return wouldDeny(user, known, argv) ?? OK;
    },
  },
  save: { ...admin, arity: 2, summary: "Would write a file.", run: () => new Failure(NO_FILE) },
  load: { ...admin, arity: 2, summary: "Would read a file.", run: () => new Failure(NO_FILE) },
};

export const acl: CommandTable = {
  acl: {
    arity: -2,
    flags: [],
    group: "server",
    since: "6.0.0",
    summary: "Users, and what they may.",
    subcommands,
    run: () => new Failure(SYNTAX_ERROR),
  },
};

function wrongForm(name: Bytes): Failure {
  return new Failure(
    `ERR unknown subcommand or wrong number of arguments for '${name}'. Try ACL HELP.`,
  );
}

function setUser({ redis, registry }: Call, name: Bytes, rules: readonly Bytes[]): void {
  const context: RuleContext = {
    registry,
    allChannels: redis.config.text("acl-pubsub-default") === "allchannels",
  };
  const user = redis.acl.users.get(name);
  if (user !== undefined) {
    applyRules(user, rules, context);
    dropForbidden(redis, user);
    return;
  }
  const draft = redis.acl.draft(name);
  draft.root.everyChannel = context.allChannels;
  applyRules(draft, rules, context);
  redis.acl.users.set(name, draft);
}

/** Who is subscribed to what its user may no longer hear is cut off. */
function dropForbidden({ clients }: Call["redis"], user: User): void {
  const selectors = [user.root, ...user.selectors];
  if (selectors.some(({ everyChannel }) => everyChannel)) return;
  const may = (channel: Bytes, isPattern: boolean) =>
    selectors.some((selector) => selector.allowsChannel(channel, isPattern));
  for (const client of clients.values()) {
    if (client.user !== user || !client.subscribed) continue;
    const stays =
      [...client.channels, ...client.shardChannels].every((channel) => may(channel, false)) &&
      [...client.patterns].every((pattern) => may(pattern, true));
    if (!stays) client.line.close();
  }
}

function sorted(users: Iterable<User>): User[] {
  return [...users].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function flagsOf(user: User): string[] {
  return [
    user.enabled ? "on" : "off",
    ...(user.noPassword ? ["nopass"] : []),
    user.sanitizes ? "sanitize-payload" : "skip-sanitize-payload",
  ];
}

function rulesOf(user: User): string {
  return [
    ...flagsOf(user),
    ...[...user.passwords].map((hash) => `#${hash}`),
    selectorRules(user.root),
    ...user.selectors.map((selector) => `(${selectorRules(selector)})`),
  ].join(" ");
}

function selectorRules(selector: Selector): string {
  const channels = selector.everyChannel
    ? "&*"
    : ["resetchannels", selector.channelRules].filter((rule) => rule !== "").join(" ");
  return [selector.keyRules, channels, selector.commandRules]
    .filter((rule) => rule !== "")
    .join(" ");
}

function describe(user: User): Reply {
  return new Pairs([
    "flags",
    new Members(flagsOf(user)),
    "passwords",
    [...user.passwords],
    ...permissions(user.root),
    "selectors",
    user.selectors.map((selector) => new Pairs(permissions(selector))),
  ]);
}

function permissions(selector: Selector): Bytes[] {
  return [
    "commands",
    selector.commandRules,
    "keys",
    selector.keyRules,
    "channels",
    selector.channelRules,
  ];
}

function logged(entry: AclLogEntry, now: number): Reply {
  return new Pairs([
    "count",
    entry.count,
    "reason",
    entry.reason,
    "context",
    entry.context,
    "object",
    entry.object,
    "username",
    entry.user,
    "age-seconds",
    new Double((now - entry.updated) / 1000),
    "client-info",
    entry.info,
    "entry-id",
    entry.id,
    "timestamp-created",
    entry.created,
    "timestamp-last-updated",
    entry.updated,
  ]);
}
