/** A command without its secrets: for SLOWLOG and MONITOR. */
import type { Argv } from "../values.ts";

const HIDDEN = "(redacted)";
const SECRET = /^(?:requirepass|masterauth|masteruser)$/i;

export function redacted(argv: Argv): Argv {
  switch (argv[0]?.toLowerCase()) {
    case "auth":
      return hidden(argv, (place) => place >= 1);
    case "acl":
      return argv[1]?.toLowerCase() === "setuser" ? hidden(argv, (place) => place >= 2) : argv;
    case "config":
      return argv[1]?.toLowerCase() === "set"
        ? hidden(argv, (place) => place % 2 === 1 && SECRET.test(argv[place - 1] ?? ""))
        : argv;
    case "hello": {
      const auth = argv.findIndex((word, place) => place > 1 && word.toLowerCase() === "auth");
      return auth < 0 ? argv : hidden(argv, (place) => place === auth + 1 || place === auth + 2);
    }
    default:
      return argv;
  }
}

function hidden(argv: Argv, isSecret: (place: number) => boolean): Argv {
  return argv.map((word, place) => (isSecret(place) ? HIDDEN : word));
}
