/**
 * A command, begun with what V8 compiled of it the last time: compiling takes longer than all else. Node 22 can keep that for
 * modules, Node 20 cannot, and neither keeps it of a process that is killed. So each command is one file, a function of what
 * a module of CommonJS is given, and this runs it.
 */
import { isAscii } from "node:buffer";
import { lstatSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { Script } from "node:vm";

/** What the file of a command exports. */
interface Command {
  /** Resolves when it is ready, to the parts of it that have run: once a part is new, what is compiled by then is kept. */
  run(args: readonly string[]): Promise<readonly string[]>;
}

export async function runCommand(file: string, args: readonly string[]): Promise<void> {
  const { size, ctimeMs, ino } = statSync(file);
  // V8 itself only compares the length of the source, and an installed file's date is that of its package.
  const source = `${size}@${ctimeMs}`;
  const path = join(folder(), `${basename(file)}-${ino.toString(36)}`);
  const kept = read(path, source);
  const bytes = readFileSync(file);
  // Three times as fast, and what is built is ASCII but for what a regular expression may hold.
  const script = new Script(bytes.toString(isAscii(bytes) ? "latin1" : "utf8"), {
    filename: file,
    ...(kept === undefined ? {} : { cachedData: kept.code }),
  });
  const module: { exports: Partial<Command> } = { exports: {} };
  (script.runInThisContext() as Evaluate)(module.exports, createRequire(file), module);

  const ran = (await module.exports.run?.(args)) ?? [];
  const parts = script.cachedDataRejected === true ? [] : (kept?.parts ?? []);
  if (ran.some((part) => !parts.includes(part)))
    keep(path, {
      source,
      parts: [...new Set([...parts, ...ran])],
      code: script.createCachedData(),
    });
}

type Evaluate = (exports: object, require: NodeJS.Require, module: { exports: object }) => void;

interface Kept {
  readonly source: string;
  readonly parts: readonly string[];
  readonly code: Buffer;
}

/** What a file begins with: the source and the parts, in so many bytes. */
const HEADER = 256;

function read(path: string, source: string): Kept | undefined {
  try {
    if (!isOurs(dirname(path))) return undefined;
    const bytes = readFileSync(path);
    const [of, ...parts] = bytes.toString("latin1", 0, HEADER).trimEnd().split(" ");
    return of === source ? { source, parts, code: bytes.subarray(HEADER) } : undefined;
  } catch {
    return undefined;
  }
}

/** Where nothing can be written, every start is as the first. */
function keep(path: string, { source, parts, code }: Kept): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (!isOurs(dirname(path))) return;
    const written = `${path}.${process.pid}`;
    const header = [source, ...parts].join(" ").padEnd(HEADER);
    writeFileSync(written, Buffer.concat([Buffer.from(header, "latin1"), code]));
    renameSync(written, path);
  } catch {}
}

/** By version and user, where Node's own cache is told to be. */
function folder(): string {
  const user = process.getuid?.() ?? "";
  const name = `millrace-${process.version}-${process.arch}-${user}`;
  return join(process.env["NODE_COMPILE_CACHE"] ?? tmpdir(), name);
}

/** Everyone may write where temporary files are, and what is kept there is run. */
function isOurs(path: string): boolean {
  const { uid, mode } = lstatSync(path);
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}
