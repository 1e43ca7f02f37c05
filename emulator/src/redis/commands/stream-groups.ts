/** XGROUP: groups and their consumers are made and removed. https://redis.io/docs/latest/commands/xgroup/ */
import { Group } from "../model/stream-group.ts";
import { SMALLEST_ID, type StreamId } from "../model/stream-ids.ts";
import { Stream } from "../model/stream.ts";
import { Failure, OK, type Bytes, type Reply, type Argv } from "../values.ts";
import { type Call, type CommandTable, helpWith, long } from "./command.ts";
import { anyIdOf, idOf } from "./stream-arguments.ts";
import { addConsumer } from "./stream-consumers.ts";

const onKey = { group: "stream", keys: [2, 2, 1], since: "5.0.0" } as const;

const HELP = [
  "XGROUP <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "CREATE <key> <group> <id|$> [MKSTREAM] [ENTRIESREAD <count>]",
  "    A group that begins behind this id. MKSTREAM: of a stream that need not be there.",
  "CREATECONSUMER <key> <group> <consumer>",
  "    A consumer, before it reads.",
  "DELCONSUMER <key> <group> <consumer>",
  "    Forgets a consumer and what it had not acknowledged.",
  "DESTROY <key> <group>",
  "    Forgets a group.",
  "SETID <key> <group> <id|$> [ENTRIESREAD <count>]",
  "    Lets a group go on behind this id.",
];

export const streamGroups: CommandTable = {
  xgroup: {
    arity: -2,
    flags: [],
    group: "stream",
    since: "5.0.0",
    summary: "What can be done with a stream's groups.",
    run: (_, argv) => {
      throw wrongSubcommand(argv);
    },
    subcommands: {
      create: {
        ...onKey,
        arity: -5,
        flags: ["write", "denyoom"],
        summary: "Makes a group.",
        run: create,
      },
      setid: {
        ...onKey,
        arity: -5,
        flags: ["write"],
        summary: "Says from where a group goes on.",
        run: setId,
      },
      destroy: {
        ...onKey,
        arity: 4,
        flags: ["write"],
        summary: "Removes a group.",
        run: destroy,
      },
      createconsumer: {
        ...onKey,
        arity: 5,
        flags: ["write", "denyoom"],
        since: "6.2.0",
        summary: "Makes a consumer of a group.",
        run(call, [, , key = "", name = "", consumer = ""]) {
          const { group } = existing(call, key, name);
          if (group.consumers.has(consumer)) return 0;
          addConsumer(call, key, group, consumer);
          return 1;
        },
      },
      delconsumer: {
        ...onKey,
        arity: 5,
        flags: ["write"],
        summary: "Removes a consumer, with what it had not acknowledged.",
        run(call, [, , key = "", name = "", consumerName = ""]) {
          const { group } = existing(call, key, name);
          const consumer = group.consumers.get(consumerName);
          if (consumer === undefined) return 0;
          const pending = group.removeConsumer(consumer);
          call.redis.notifications.notify("t", "xgroup-delconsumer", call.db, key);
          return pending;
        },
      },
      help: helpWith(HELP, { group: "stream", since: "5.0.0" }),
    },
  },
};

function create(call: Call, argv: Argv): Reply {
  const { db, redis } = call;
  const [, , key = "", name = "", id] = argv;
  const { makesStream, entriesRead } = groupOptions(argv, true);
  const found = db.collection(key, Stream);
  if (found === undefined && !makesStream) throw noKey();
  if (argv.length > 8) throw wrongSubcommand(argv);
  const from = id === "$" ? (found?.lastId ?? SMALLEST_ID) : idOf(id);
  const stream = found ?? db.collectionOrNew(key, Stream);
  if (stream.groups.has(name)) throw new Failure("BUSYGROUP Consumer Group name already exists");
  stream.groups.set(name, new Group(name, from, entriesRead));
  if (found === undefined) db.touch(key, "t", "xgroup-create");
  else redis.notifications.notify("t", "xgroup-create", db, key);
  return OK;
}

function setId(call: Call, argv: Argv): Reply {
  const [, , key = "", name = "", id] = argv;
  const { entriesRead } = groupOptions(argv, false);
  const { stream, group } = existing(call, key, name);
  if (argv.length !== 5 && argv.length !== 7) throw wrongSubcommand(argv);
  const lastId: StreamId = id === "$" ? stream.lastId : anyIdOf(id);
  group.lastId = lastId;
  group.entriesRead = entriesRead;
  call.redis.notifications.notify("t", "xgroup-setid", call.db, key);
  return OK;
}

function destroy({ db, redis }: Call, [, , key = "", name = ""]: Argv): Reply {
  const stream = db.collection(key, Stream);
  if (stream === undefined) throw noKey();
  if (!stream.groups.delete(name)) return 0;
  redis.notifications.notify("t", "xgroup-destroy", db, key);
  // Who waits to read with it is told that it is gone.
  db.ready(key);
  return 1;
}

function groupOptions(
  argv: Argv,
  creates: boolean,
): { makesStream: boolean; entriesRead: number | null } {
  let makesStream = false;
  let entriesRead = -1;
  for (let at = 5; at < argv.length; at++) {
    const option = argv[at]?.toLowerCase();
    if (creates && option === "mkstream") makesStream = true;
    else if (option === "entriesread" && at + 1 < argv.length) {
      entriesRead = long(argv[++at]);
      if (entriesRead < -1) throw new Failure("ERR value for ENTRIESREAD must be positive or -1");
    } else throw wrongSubcommand(argv);
  }
  return { makesStream, entriesRead: entriesRead === -1 ? null : entriesRead };
}

function existing({ db }: Call, key: Bytes, name: Bytes): { stream: Stream; group: Group } {
  const stream = db.collection(key, Stream);
  if (stream === undefined) throw noKey();
  const group = stream.groups.get(name);
  if (group === undefined)
    throw new Failure(`NOGROUP No such consumer group '${name}' for key name '${key}'`);
  return { stream, group };
}

function noKey(): Failure {
  return new Failure(
    "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.",
  );
}

function wrongSubcommand([, name = ""]: Argv): Failure {
  return new Failure(
    `ERR unknown subcommand or wrong number of arguments for '${name.slice(0, 128)}'. Try XGROUP HELP.`,
  );
}
