/** The worker thread of the analysis: ts-morph lives here and nowhere else. */
import { parentPort, workerData } from "node:worker_threads";
import { analyze, openProject, type Project, takeIn } from "./analysis/analyze.ts";
import { slashed } from "./analysis/disk.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./analysis/wire.ts";

const { folder, trusted, revision } = workerData as WorkerStart;
/** What a package or a compiler configuration says may change everything. */
const CONFIGURATION = /(^|\/)(package|[tj]sconfig[^/]*)\.json$/;

let count = revision;
let project: Project | null = null;
let last = "";

function say(message: FromWorker): void {
  parentPort?.postMessage(message);
}

function read(changed: readonly string[]): void {
  try {
    if (project === null || changed.some((path) => CONFIGURATION.test(path)))
      project = openProject({ folder, trusted });
    else takeIn(project, changed);
    const topology = analyze(project);
    const text = JSON.stringify(topology);
    if (text === last) return say({ kind: "same" });
    last = text;
    count++;
    say({ kind: "topology", topology: { revision: count, ...topology } });
  } catch (error) {
    // Whatever state it was left in is not worth keeping: the next change reads everything.
    project = null;
    last = "";
    say({ kind: "failed", error: error instanceof Error ? error.message : String(error) });
  }
}

parentPort?.on("message", (message: ToWorker) => read(message.paths.map(slashed)));
read([]);
