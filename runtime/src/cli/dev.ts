/** `millrace dev`: the workbench in a browser. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { runWorkbench } from "../companions.ts";
import { type Command, CommandError, numberValue } from "./command.ts";
import { listenForStop } from "./stop-requests.ts";

export const dev: Command = {
  name: "dev",
  operand: "[DIR]",
  summary:
    "Serves the workbench for the services below DIR (default: the current folder) and prints its address.",
  options: {
    run: { help: "also starts the emulator and all services" },
    open: { help: "also opens the page in the browser" },
    port: { value: "N", help: "the page's port (default: any free one)" },
    help: { help: "shows this" },
  },
  examples: ["millrace dev", "millrace dev services --run"],

  async run(call) {
    const folder = resolve(call.operand ?? ".");
    if (!existsSync(folder)) throw new CommandError(`there is no folder ${folder}`);
    const port = numberValue(dev, call, "port", 0);
    const { signal } = listenForStop({
      force: (exitCode) => process.exit(exitCode),
      followParent: false,
    });
    const { stdout, stderr } = process;
    return runWorkbench({
      folder,
      run: call.flags.has("run"),
      openBrowser: call.flags.has("open"),
      ...(port === undefined ? {} : { port }),
      stdout,
      stderr,
      signal,
    });
  },
};
