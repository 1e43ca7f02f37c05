/** How a value is kept. https://redis.io/docs/latest/commands/object/ */

import type { EncodingLimit, Entry } from "../model/keyspace.ts";
import type { Redis } from "../model/redis.ts";
import { frequencyOf } from "../model/frequency.ts";
import { List } from "../model/list.ts";
import { stringEncoding } from "../model/string-encoding.ts";
import { Failure, type Reply } from "../values.ts";
import { type Call, type Command, type CommandTable, helpWith, SYNTAX_ERROR } from "./command.ts";

/** Below, integers are shared there. */
const SHARED_INTEGERS = 10_000;

const SWITCHING =
  "Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.";

const HELP = [
  "OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "ENCODING <key>",
  "    How the server would keep this value.",
  "FREQ <key>",
  "    How often it was used lately, as a logarithm.",
  "IDLETIME <key>",
  "    For how many seconds nobody has used it.",
  "REFCOUNT <key>",
  "    How many names it has: one.",
];

export const object: CommandTable = {
  object: {
    arity: -2,
    flags: [],
    group: "generic",
    since: "2.2.3",
    summary: "What can be asked of a value.",
    subcommands: {
      encoding: about("2.2.3", "Returns the internal encoding of a Redis object.", encodingOf),
      freq: about(
        "4.0.0",
        "Returns the logarithmic access frequency counter of a Redis object.",
        ({ redis, now }, entry) => {
          if (!countsFrequency(redis))
            throw new Failure(
              `ERR An LFU maxmemory policy is not selected, access frequency not tracked. ${SWITCHING}`,
            );
          return frequencyOf(entry, redis.config.number("lfu-log-factor"), now);
        },
      ),
      idletime: about(
        "2.2.3",
        "Returns the time since the last access to a Redis object.",
        ({ redis, now }, { used }) => {
          if (countsFrequency(redis))
            throw new Failure(
              `ERR An LFU maxmemory policy is selected, idle time not tracked. ${SWITCHING}`,
            );
          return Math.max(0, Math.floor((now - used) / 1000));
        },
      ),
      refcount: about("2.2.3", "Returns the reference count of a value of a key.", (call, entry) =>
        entry.encoding === undefined &&
        encodingOf(call, entry) === "int" &&
        Number(entry.value) >= 0 &&
        Number(entry.value) < SHARED_INTEGERS
          ? 2 ** 31 - 1
          : 1,
      ),
      help: helpWith(HELP, { group: "generic", since: "6.2.0" }),
    },
    run() {
      throw new Failure(SYNTAX_ERROR);
    },
  },
};

function about(
  since: string,
  summary: string,
  answer: (call: Call, entry: Entry) => Reply,
): Command {
  return {
    arity: 3,
    flags: ["readonly"],
    keys: [2, 2, 1],
    group: "generic",
    since,
    summary,
    run(call, [, , key = ""]) {
      const entry = call.db.peek(key);
      return entry === undefined ? null : answer(call, entry);
    },
  };
}

function countsFrequency({ config }: Redis): boolean {
  return config.text("maxmemory-policy").includes("lfu");
}

/** As OBJECT ENCODING answers. */
export function encodingOf({ redis }: Call, { value, encoding }: Entry): string {
  if (typeof value === "string") return encoding ?? stringEncoding(value);
  if (value instanceof List)
    return isListpack(value, redis.config.number("list-max-listpack-size"))
      ? "listpack"
      : "quicklist";
  return value.encoding?.(encodingLimit(redis)) ?? value.type;
}

/** Whether a list fits into one node: of so many elements, or (-1 to -5) of 4 kB, 8 kB … 64 kB, as 7.2 measures it. */
function isListpack(list: List, most: number): boolean {
  if (most >= 0 && list.length > Math.max(1, most)) return false;
  const limit = nodeBytes(most);
  let size = 7;
  for (let index = 0; index < list.length && size <= limit; index++) {
    const { length } = list.at(index) ?? "";
    size += length + (length < 64 ? 2 : length < 4096 ? 4 : 8);
  }
  return size <= limit;
}

/** How large a list's node becomes, by list-max-listpack-size. */
export function nodeBytes(most: number): number {
  return most >= 0 ? 8192 : 2048 * 2 ** Math.min(5, -most);
}

/** Up to where a collection is kept in the small form: a parameter of the configuration. */
export function encodingLimit({ config }: Redis): EncodingLimit {
  return (parameter) => config.number(parameter);
}
