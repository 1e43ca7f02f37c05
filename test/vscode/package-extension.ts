/** The .vsix a user would install, made anew when anything in it changed. */
import { execFile } from "node:child_process";
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const repository: string = fileURLToPath(new URL("../../", import.meta.url));
/** Screenshots and what else a person looks at after a run. */
export const output: string = join(repository, "test", "output");

export async function packagedExtension(): Promise<string> {
  const extension = join(repository, "extension");
  const vsix = join(output, "millrace.vsix");
  await mkdir(output, { recursive: true });
  const node = (...args: string[]) =>
    promisify(execFile)(process.execPath, args, { cwd: extension });
  await node(join(repository, "build.js"));
  if ((await changed(vsix)) < (await newest(extension))) {
    await node(
      join(repository, "node_modules", "@vscode", "vsce", "vsce"),
      "package",
      "--no-dependencies",
      "--allow-missing-repository",
      "--out",
      vsix,
    );
  }
  return vsix;
}

async function newest(extension: string): Promise<number> {
  const inside = ["package.json", "README.md", ".vscodeignore"];
  for (const folder of ["dist", "media"]) {
    for (const file of await readdir(join(extension, folder), { recursive: true }))
      inside.push(join(folder, file));
  }
  return Math.max(...(await Promise.all(inside.map((file) => changed(join(extension, file))))));
}

async function changed(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
