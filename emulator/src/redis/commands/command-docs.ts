/** COMMAND: what the table says of the commands, for clients that ask. https://redis.io/docs/latest/commands/command/ */
import { globMatches } from "../model/glob.ts";
import {
  type Bytes,
  Failure,
  Members,
  NULL_ARRAY,
  Pairs,
  type Reply,
  Status,
  type Argv,
} from "../values.ts";
import { type CommandTable, SYNTAX_ERROR } from "./command.ts";
import { type Argument, argumentsOf } from "./command-arguments.ts";
import { complexityOf, syntaxOf } from "./command-syntax.ts";
import { tipsOf } from "./command-tips.ts";
import { keySpecs, rangeOf } from "./key-specs.ts";
import { keyFlags } from "./key-uses.ts";
import { fits, keyPlaces, type Known, type Registry } from "./registry.ts";

const common = { group: "server", flags: ["loading", "stale"] } as const;

const subcommands: CommandTable = {
  count: {
    ...common,
    arity: 2,
    since: "2.8.13",
    summary: "How many commands there are.",
    run: ({ registry }) => registry.all.length,
  },
  info: {
    ...common,
    arity: -2,
    since: "2.8.13",
    summary: "How commands are called, and where their keys are.",
    run: ({ registry }, [, , ...names]) =>
      names.length === 0
        ? registry.all.map(describe)
        : names.map((name) => described(registry.named(name))),
  },
  docs: {
    ...common,
    arity: -2,
    since: "7.0.0",
    summary: "What commands are for.",
    run({ registry }, [, , ...names]) {
      const chosen =
        names.length === 0 ? registry.all : names.flatMap((name) => registry.named(name) ?? []);
      return new Pairs(chosen.flatMap((known) => [known.name, docsOf(known)]));
    },
  },
  list: {
    ...common,
    arity: -2,
    since: "7.0.0",
    summary: "The commands' names, all or by a filter.",
    run: ({ registry }, [, , ...filter]) => listed(registry, filter),
  },
  getkeys: {
    ...common,
    arity: -3,
    since: "2.8.13",
    summary: "The keys of a whole command.",
    run({ registry }, [, , ...argv]) {
      const { known, places } = keysOf(registry, argv);
      return known === null ? [] : places.map((place) => argv[place] ?? "");
    },
  },
  getkeysandflags: {
    ...common,
    arity: -3,
    since: "7.0.0",
    summary: "The keys of a whole command, and what it does with them.",
    run({ registry }, [, , ...argv]) {
      const { known, places } = keysOf(registry, argv);
      if (known === null) return [];
      return keyFlags(known, argv).map((flags, index) => [
        argv[places[index] ?? 0] ?? "",
        new Members(flags.map((flag) => new Status(flag))),
      ]);
    },
  },
};

export const commandDocs: CommandTable = {
  command: {
    ...common,
    arity: -1,
    since: "2.8.13",
    summary: "How all commands are called.",
    subcommands,
    run: ({ registry }) => registry.all.map(describe),
  },
};

function described(known: Known | undefined): Reply {
  return known === undefined ? NULL_ARRAY : describe(known);
}

function describe(known: Known): Reply {
  const { command, flags } = known;
  const [first, last, step] = rangeOf(command.keys);
  const shown = [...flags].filter((flag) => flag !== "may_replicate");
  return [
    known.name,
    command.arity,
    new Members(shown.map((flag) => new Status(flag))),
    first,
    last,
    step,
    new Members(known.categories.map((category) => new Status(`@${category}`))),
    new Members(tipsOf(known.name)),
    new Members(keySpecs(known)),
    [...(known.subcommands?.values() ?? [])].map(describe),
  ];
}

function docsOf(known: Known): Pairs {
  const { summary, since, group } = known.command;
  const docs: Reply[] = ["summary", summary, "since", since, "group", group];
  const complexity = complexityOf(known.name);
  if (complexity !== undefined) docs.push("complexity", complexity);
  const syntax = syntaxOf(known.name);
  if (syntax !== undefined)
    docs.push("arguments", inOrder(argumentsOf(syntax), keySpecs(known).length));
  if (known.subcommands !== null)
    docs.push(
      "subcommands",
      new Pairs([...known.subcommands.values()].flatMap((sub) => [sub.name, docsOf(sub)])),
    );
  return new Pairs(docs);
}

/** `specs`: by how many COMMAND INFO says where the keys are; the arguments that are keys go by them in their order. */
function inOrder(all: readonly Argument[], specs: number): Pairs[] {
  let keys = 0;
  const docsOfArgument = (argument: Argument): Pairs => {
    const { name, type, display, token, flags, inner } = argument;
    const docs: Reply[] = ["name", name, "type", type];
    if (display !== undefined) docs.push("display_text", display);
    if (type === "key" && specs > 0) docs.push("key_spec_index", Math.min(keys++, specs - 1));
    // What SORT makes keys of is found in one way, whatever it is for.
    if (type === "pattern" && specs > 1) {
      docs.push("key_spec_index", 1);
      keys = 2;
    }
    if (token !== undefined) docs.push("token", token);
    if (flags.length > 0) docs.push("flags", new Members(flags.map((flag) => new Status(flag))));
    if (inner !== undefined) docs.push("arguments", inner.map(docsOfArgument));
    return new Pairs(docs);
  };
  return all.map(docsOfArgument);
}

function listed(registry: Registry, [option, kind, value, ...others]: readonly Bytes[]): Reply {
  const all = registry.all.flatMap((known) => [known, ...(known.subcommands?.values() ?? [])]);
  if (option === undefined) return all.map(({ name }) => name);
  if (option.toLowerCase() !== "filterby" || value === undefined || others.length > 0)
    throw new Failure(SYNTAX_ERROR);
  const chosen = (() => {
    switch (kind?.toLowerCase()) {
      case "module":
        return [];
      case "aclcat":
        return all.filter(({ categories }) => categories.includes(value.toLowerCase()));
      case "pattern":
        return all.filter(({ name }) => globMatches(value.toLowerCase(), name));
      default:
        throw new Failure(SYNTAX_ERROR);
    }
  })();
  return chosen.map(({ name }) => name);
}

function keysOf(
  registry: Registry,
  argv: Argv,
): { known: Known | null; places: readonly number[] } {
  const known = registry.lookup(argv);
  if (known instanceof Failure) throw new Failure("ERR Invalid command specified");
  if (known.command.keys === undefined) throw new Failure("ERR The command has no key arguments");
  if (!fits(known.command, argv))
    throw new Failure("ERR Invalid number of arguments specified for command");
  const places = keyPlaces(known.command, argv);
  if (places.length > 0) return { known, places };
  // Scripts may have none.
  if (known.categories.includes("scripting")) return { known: null, places };
  throw new Failure("ERR Invalid arguments specified for command");
}
