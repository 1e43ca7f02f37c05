/** MODULE: none is loaded, and none can be, as on a server with its ordinary configuration. https://redis.io/docs/latest/commands/module-list/ */
import { Failure, type Reply } from "../values.ts";
import { type Command, type CommandTable, SYNTAX_ERROR } from "./command.ts";

const common = { group: "server", since: "4.0.0" } as const;

const protectedAction: Pick<Command, "group" | "since" | "flags" | "run"> = {
  ...common,
  flags: ["admin", "noscript", "no_async_loading"],
  run: (): Reply =>
    new Failure(
      'ERR MODULE command not allowed. If the enable-module-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.',
    ),
};

const subcommands: CommandTable = {
  list: {
    ...common,
    flags: ["admin", "noscript"],
    arity: 2,
    summary: "Which modules are loaded: none.",
    run: () => [],
  },
  load: { ...protectedAction, arity: -3, summary: "Would load a module." },
  loadex: {
    ...protectedAction,
    arity: -3,
    since: "7.0.0",
    summary: "Would load a module and configure it.",
  },
  unload: { ...protectedAction, arity: 3, summary: "Would unload a module." },
};

export const modules: CommandTable = {
  module: {
    arity: -2,
    flags: [],
    group: "server",
    since: "4.0.0",
    summary: "Extensions of the server.",
    subcommands,
    run: () => new Failure(SYNTAX_ERROR),
  },
};
