/**
 * Source text in, topology out: open → find → resolve → connect → judge. It runs no user code.
 * What was found in a file is kept until that file, or one that the answer rests on, changes.
 */
import type { Topology } from "../topology.ts";
import { Callers } from "./callers.ts";
import { candidatesOf } from "./candidates.ts";
import { connect } from "./connect.ts";
import { readFile } from "./declarations.ts";
import { Follower } from "./follow.ts";
import type { FileFound } from "./found.ts";
import { linksOf } from "./links.ts";
import { Messages } from "./messages.ts";
import { noticesOf } from "./notices.ts";
import { problemsOf } from "./problems.ts";
import type { Reader } from "./reading.ts";
import { TypeReader } from "./schemas/types.ts";
import { Workspace, type WorkspaceOptions } from "./workspace.ts";

export type { WorkspaceOptions };

/** A workspace under analysis. */
export interface Project {
  readonly workspace: Workspace;
  readonly reader: Reader;
  /** What was found in each file, and what that rests on. */
  readonly kept: Map<string, Kept>;
  candidates: readonly string[];
}

interface Kept {
  readonly found: FileFound;
  readonly restsOn: ReadonlySet<string>;
  /** Functions whose callers it asked for: a file that begins to call one changes the answer. */
  readonly calledNames: ReadonlySet<string>;
}

export function openProject(options: WorkspaceOptions): Project {
  const workspace = new Workspace(options);
  const follower = new Follower(workspace);
  const messages = new Messages(follower, new TypeReader(workspace, follower));
  const callers = new Callers(workspace, follower, () => project.candidates);
  const project: Project = {
    workspace,
    reader: { workspace, follower, callers, messages },
    kept: new Map(),
    candidates: [],
  };
  return project;
}

export function analyze(project: Project): Omit<Topology, "revision"> {
  const { workspace } = project;
  project.candidates = candidatesOf(workspace);
  workspace.load(project.candidates);
  const files = project.candidates.map((path) => find(project, path));
  const connected = connect(files, workspace);
  const links = linksOf(connected, files);
  const { services, servers, channels, operations } = connected;
  return {
    services,
    servers,
    channels,
    operations: operations.map(({ operation }) => operation),
    links,
    problems: problemsOf(connected, links),
    notices: noticesOf(workspace),
  };
}

/** Takes in files and folders that changed, appeared or vanished, by their absolute paths; says how many files will be read again. */
export function takeIn(project: Project, paths: readonly string[]): number {
  const { workspace, kept } = project;
  const before = kept.size;
  const files = paths.flatMap((path) => [path, ...workspace.below(path)]);
  for (const path of files) {
    const named = namesIn(project, path);
    workspace.update(path);
    for (const name of namesIn(project, path)) named.add(name);
    for (const [file, { restsOn, calledNames }] of kept) {
      if (file === path || restsOn.has(path) || [...calledNames].some((name) => named.has(name)))
        kept.delete(file);
    }
  }
  return before - kept.size;
}

function find(project: Project, path: string): FileFound {
  const before = project.kept.get(path);
  if (before !== undefined) return before.found;
  const { workspace, reader } = project;
  reader.callers.asked.clear();
  const { value: found, asked: restsOn } = workspace.recording(() => readFile(reader, path));
  project.kept.set(path, { found, restsOn, calledNames: new Set(reader.callers.asked) });
  return found;
}

/** Of the functions that somebody asked for the callers of, those whose names stand in a file. */
function namesIn({ workspace, kept }: Project, path: string): Set<string> {
  const names = new Set([...kept.values()].flatMap(({ calledNames }) => [...calledNames]));
  if (names.size === 0) return names;
  const text = workspace.disk.text(path) ?? "";
  return new Set([...names].filter((name) => name === "default" || text.includes(name)));
}
