/** Opens the page in the user's browser. */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * The address has the token in it, and a command line can be read by every user of the machine: so the browser is given
 * a file that only this user can read, which leads on to it. Resolves with the way to take the file away again.
 */
export async function openInBrowser(
  url: string,
  run: (file: string, args: readonly string[]) => void = start,
): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-"));
  const file = join(folder, "open.html");
  await writeFile(
    file,
    `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=${url}"><title>Millrace</title>`,
    { mode: 0o600 },
  );
  run(...openerFor(process.platform, pathToFileURL(file).href));
  return () => rm(folder, { recursive: true, force: true });
}

function openerFor(
  platform: NodeJS.Platform,
  address: string,
): readonly [string, readonly string[]] {
  if (platform === "darwin") return ["open", [address]];
  if (platform === "win32") return ["rundll32", ["url.dll,FileProtocolHandler", address]];
  return ["xdg-open", [address]];
}

function start(file: string, args: readonly string[]): void {
  const child = spawn(file, args, { stdio: "ignore", detached: true });
  // No browser to open, as on a server: the address was printed, too.
  child.on("error", () => {});
  child.unref();
}
