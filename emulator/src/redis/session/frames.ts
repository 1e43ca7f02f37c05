/** What a command is for, in the words of faults. */
import type { Frame } from "../../fault-engine.ts";
import type { FaultOperation } from "../../faults.ts";
import type { Bytes, Argv } from "../values.ts";

const OPERATIONS: ReadonlyMap<string, FaultOperation> = new Map([
  ...["publish", "spublish", "lpush", "rpush", "lpushx", "rpushx", "xadd"].map(
    (name) => [name, "publish"] as const,
  ),
  ...[
    "subscribe",
    "psubscribe",
    "ssubscribe",
    "blpop",
    "brpop",
    "blmove",
    "brpoplpush",
    "blmpop",
    "bzpopmin",
    "bzpopmax",
    "bzmpop",
    "xread",
    "xreadgroup",
  ].map((name) => [name, "subscribe"] as const),
  ["xack", "acknowledge"],
]);

export function frameOf(argv: Argv): Pick<Frame, "operation" | "command" | "channel"> {
  const name = (argv[0] ?? "").toLowerCase();
  const operation = OPERATIONS.get(name);
  const channel = channelOf(name, argv);
  return {
    command: name,
    ...(operation === undefined ? {} : { operation }),
    ...(channel === undefined ? {} : { channel }),
  };
}

/** The name that a connection's first command gives it. */
export function connectingName(argv: Argv): Bytes | undefined {
  const words = argv.map((word) => word.toLowerCase());
  if (words[0] === "client" && words[1] === "setname") return argv[2];
  const place = words[0] === "hello" ? words.indexOf("setname", 2) : -1;
  return place < 0 ? undefined : argv[place + 1];
}

/** The first key or channel. */
function channelOf(name: string, argv: Argv): Bytes | undefined {
  switch (name) {
    case "xread":
    case "xreadgroup":
      return argv[argv.findIndex((word) => word.toLowerCase() === "streams") + 1];
    case "blmpop":
    case "bzmpop":
      return argv[3];
    default:
      return argv[1];
  }
}
