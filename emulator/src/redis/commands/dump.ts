/** Values out and in as bytes. https://redis.io/docs/latest/commands/dump/ */
import { isDump, undump } from "../dump/read.ts";
import { dump } from "../dump/write.ts";
import { usesFor } from "../model/frequency.ts";
import { Failure, OK, type Argv } from "../values.ts";
import { type CommandTable, long, SYNTAX_ERROR } from "./command.ts";

export const dumping: CommandTable = {
  dump: {
    arity: 2,
    flags: ["readonly"],
    keys: [1, 1, 1],
    group: "generic",
    since: "2.6.0",
    summary: "Writes a value down as bytes.",
    run({ db }, [, key = ""]) {
      const value = db.get(key);
      return value === undefined ? null : dump(value);
    },
  },
  restore: {
    arity: -4,
    flags: ["write", "denyoom"],
    keys: [1, 1, 1],
    group: "generic",
    since: "2.6.0",
    summary: "Reads a value from bytes that DUMP wrote.",
    run(call, argv) {
      const { db } = call;
      const [, key = "", , payload = ""] = argv;
      const { replace, absolute, idle, frequency } = optionsOf(argv);
      if (!replace && db.has(key)) throw new Failure("BUSYKEY Target key name already exists.");
      const ttl = long(argv[2]);
      if (ttl < 0) throw new Failure("ERR Invalid TTL value, must be >= 0");
      if (!isDump(payload)) throw new Failure("ERR DUMP payload version or checksum are wrong");
      const value = undump(payload);
      if (value === null) throw new Failure("ERR Bad data format");
      const replaced = db.remove(key);
      const expires = ttl === 0 ? Number.POSITIVE_INFINITY : ttl + (absolute ? 0 : call.now);
      if (expires <= call.now) {
        if (replaced) db.touch(key, "g", "del");
        return OK;
      }
      db.set(key, value);
      const entry = db.peek(key);
      if (entry !== undefined) {
        db.setExpiry(entry, expires);
        entry.used = call.now - idle * 1000;
        if (frequency !== null)
          entry.uses = usesFor(frequency, call.redis.config.number("lfu-log-factor"));
      }
      db.touch(key, "g", "restore");
      return OK;
    },
  },
};

interface Options {
  replace: boolean;
  /** The time is given, not how long. */
  absolute: boolean;
  /** Seconds since it was last used. */
  idle: number;
  frequency: number | null;
}

function optionsOf(argv: Argv): Options {
  const options: Options = { replace: false, absolute: false, idle: 0, frequency: null };
  for (let index = 4; index < argv.length; index++) {
    const option = (argv[index] ?? "").toLowerCase();
    const value = argv[index + 1];
    if (option === "replace") options.replace = true;
    else if (option === "absttl") options.absolute = true;
    else if (option === "idletime" && value !== undefined) {
      options.idle = long(value);
      if (options.idle < 0) throw new Failure("ERR Invalid IDLETIME value, must be >= 0");
      index++;
    } else if (option === "freq" && value !== undefined) {
      options.frequency = long(value);
      if (options.frequency < 0 || options.frequency > 255)
        throw new Failure("ERR Invalid FREQ value, must be >= 0 and <= 255");
      index++;
    } else throw new Failure(SYNTAX_ERROR);
  }
  return options;
}
