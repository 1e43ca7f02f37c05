/** `millrace run`: loads the file, starts its App, and drains it when asked to end. */
import { listenForStop } from "./stop-requests.ts";
import { takeRole } from "./child.ts";
import { type Call, type Command, CommandError, numberValue, usageError } from "./command.ts";
import { runReloading } from "./reload.ts";
import { runService } from "./service.ts";
import { closest } from "./suggest.ts";
import { findTarget } from "./target.ts";
import { runWorkers } from "./workers.ts";

export const run: Command = {
  name: "run",
  operand: "FILE[:export]",
  summary: "Runs the App that FILE exports, TypeScript or JavaScript, until Ctrl-C or SIGTERM.",
  options: {
    reload: { help: "starts again when an imported file is saved" },
    workers: { value: "N", help: "runs N processes; one that dies is started again (default 1)" },
    factory: { help: "the export is a function that returns the App, or a promise of it" },
    deadline: {
      value: "SECONDS",
      help: "how long messages in hand may take at the end (default 10)",
    },
    help: { help: "shows this" },
  },
  passesOn: "any other option is handed to the App's hooks",
  examples: [
    "millrace run src/app.ts",
    "millrace run src/app.ts:billing --workers 4",
    "millrace run src/app.ts --reload --db.url postgres://localhost/shop",
  ],

  async run(call) {
    if (call.operand === undefined)
      throw usageError(
        "run",
        "millrace run needs the file that exports the App: millrace run src/app.ts",
      );
    const target = findTarget(call.operand);
    const workers = numberValue(run, call, "workers", 1) ?? 1;
    const deadline = (numberValue(run, call, "deadline", 0) ?? 10) * 1000;
    const reload = call.flags.has("reload");
    if (reload && workers > 1)
      throw new CommandError("--reload runs one process: leave out --workers or --reload", {
        exitCode: 2,
      });

    const role = takeRole();
    const stop = listenForStop({
      force: (exitCode) => process.exit(exitCode),
      followParent:
        process.send !== undefined &&
        (role !== null || process.env["MILLRACE_SERVICE"] !== undefined),
    });
    if (role === null) warnOfSlips(call);
    if (role === null && reload) return runReloading(target, { stop, deadline });
    if (role === null && workers > 1) return runWorkers(workers, { stop, deadline });
    return runService(target, {
      stop,
      deadline,
      role,
      factory: call.flags.has("factory"),
      options: call.passedOn,
    });
  },
};

/** An option that is passed on may have been meant for us. */
function warnOfSlips(call: Call): void {
  for (const name of Object.keys(call.passedOn)) {
    const meant = closest(name, Object.keys(run.options));
    if (meant !== null)
      process.stderr.write(
        `millrace run: --${name} is handed to the App's hooks; did you mean --${meant}?\n`,
      );
  }
}
