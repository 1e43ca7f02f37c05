/** A Python with FastStream: a virtual environment in a cache folder, made once for these requirements. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);
const requirements = join(import.meta.dirname, "requirements.txt");

/** No Python here that will do, or FastStream could not be installed for it. */
export class NoFastStream extends Error {}

/**
 * The path of a python that imports FastStream.
 * @param {{ python?: string | undefined, say: (line: string) => void }} options `python`: the command to use, not one that is found.
 * @throws {NoFastStream}
 */
export async function pythonWithFastStream({ python, say }) {
  const base = await findPython(python);
  const wanted = await readFile(requirements);
  const hash = createHash("sha256")
    .update(base.version)
    .update(base.path)
    .update(wanted)
    .digest("hex");
  const folder = join(cacheFolder(), `python-${base.version}-${hash.slice(0, 12)}`);
  const executable =
    process.platform === "win32"
      ? join(folder, "Scripts", "python.exe")
      : join(folder, "bin", "python");
  const complete = join(folder, "complete");
  if (await exists(complete)) return executable;
  say(`installing FastStream for Python ${base.version} into ${folder}`);
  // What an interrupted installation left is of no use.
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await run(base.path, ["-m", "venv", folder], "make a virtual environment");
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
  await run(executable, [...pip, requirements], `install ${requirements}`);
  await writeFile(complete, "");
  return executable;
}

/** @param {string | undefined} wish @returns {Promise<{ path: string, version: string }>} */
async function findPython(wish) {
  const candidates = wish
    ? [wish]
    : ["python3", "python", "python3.13", "python3.12", "python3.11", "python3.10"];
  const found = [];
  for (const command of candidates) {
    // Debian's python3 has `venv` only with the package python3-venv, which brings `ensurepip`.
    const ask =
      "import sys, ensurepip, venv; print(sys.executable, '%d.%d.%d' % sys.version_info[:3], sep='\\n')";
    const answer = await execute(command, ["-c", ask]).catch((error) =>
      String(error.stderr || error.message),
    );
    if (typeof answer === "string") {
      found.push(`${command}: ${answer.trim().split("\n").at(-1)}`);
      continue;
    }
    const [path = "", version = ""] = answer.stdout.trim().split(/\r?\n/);
    const [major = 0, minor = 0] = version.split(".").map(Number);
    if (major === 3 && minor >= 10) return { path, version };
    found.push(`${command} is ${version}`);
  }
  throw new NoFastStream(
    `FastStream needs Python 3.10 or later with the module venv (Debian: apt install python3-venv):\n  ${found.join("\n  ")}`,
  );
}

function cacheFolder() {
  const own = process.env["MILLRACE_INTEROP_CACHE"];
  if (own) return own;
  const caches =
    process.platform === "win32" ? process.env["LOCALAPPDATA"] : process.env["XDG_CACHE_HOME"];
  return join(caches || join(homedir(), ".cache"), "millrace-interop");
}

/** @param {string} command @param {string[]} args @param {string} what */
async function run(command, args, what) {
  try {
    await execute(command, args, { maxBuffer: 10_000_000 });
  } catch (error) {
    const output = /** @type {{ stderr?: string, stdout?: string }} */ (error);
    throw new NoFastStream(`could not ${what}:\n${output.stderr || output.stdout}`, {
      cause: error,
    });
  }
}

/** @param {string} path */
const exists = (path) =>
  access(path).then(
    () => true,
    () => false,
  );
