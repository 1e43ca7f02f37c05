/** A copy of a fixture that can be edited, with the packages of this repository. */
import { cp, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");

export interface FolderCopy extends AsyncDisposable {
  readonly path: string;
  /** Takes a file or folder away. */
  forget(name: string): Promise<void>;
}

export async function copyOf(fixture: string): Promise<FolderCopy> {
  // The real path: macOS' temporary folder is a link, and files are named by where they are.
  const path = await realpath(await mkdtemp(join(tmpdir(), "millrace-workbench-")));
  await cp(join(import.meta.dirname, "fixtures", fixture), path, { recursive: true });
  await symlink(join(root, "node_modules"), join(path, "node_modules"), "junction");
  return {
    path,
    forget: (name) => rm(join(path, name), { recursive: true, force: true }),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}
