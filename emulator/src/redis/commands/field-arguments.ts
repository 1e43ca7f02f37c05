/** What commands on a hash's fields take: `EX 10 FIELDS 2 one other`. */
import { type Bytes, Failure, type Argv } from "../values.ts";
import { type Call, long } from "./command.ts";
import { atLeastOne } from "./counts.ts";

/** The latest time that a field's deadline can be there: 46 bits. */
const LATEST = 2 ** 46 - 1;

/** The fields' names, which end the command. `noCount`: the words for what is no number of fields. */
export function fieldsFrom(argv: Argv, at: number, noCount: string): readonly Bytes[] {
  if (argv[at]?.toLowerCase() !== "fields")
    throw new Failure("ERR Mandatory argument FIELDS is missing or not at the right position");
  const count = atLeastOne(argv[at + 1], noCount);
  const fields = argv.slice(at + 2);
  if (count !== fields.length)
    throw new Failure("ERR The `numfields` parameter must match the number of arguments");
  return fields;
}

/** A deadline, ms since 1970, from an argument in some unit, ms, that counts from some time. */
export function deadline(
  [name = ""]: Argv,
  argument: Bytes | undefined,
  unit: number,
  from: number,
): number {
  const amount = long(argument);
  if (amount < 0) throw new Failure("ERR invalid expire time, must be >= 0");
  const at = amount * unit + from;
  if (at > LATEST) throw new Failure(`ERR invalid expire time in '${name.toLowerCase()}' command`);
  return at;
}

/** What HGETEX and HSETEX are told. */
interface FieldOptions {
  /** ms since 1970, Infinity for PERSIST; null where nothing is said. */
  readonly expires: number | null;
  readonly keepsExpiry: boolean;
  readonly condition: "fnx" | "fxx" | null;
  /** The fields; HSETEX's with their values in turn. */
  readonly fields: readonly Bytes[];
}

/** `kept`: the word for leaving deadlines as they are, or for taking them away, whichever the command has. */
export function fieldOptions({ now }: Call, argv: Argv, kept: "keepttl" | "persist"): FieldOptions {
  const perField = kept === "keepttl" ? 2 : 1;
  let options: FieldOptions = { expires: null, keepsExpiry: false, condition: null, fields: [] };
  for (let at = 2; at < argv.length; at++) {
    const option = argv[at]?.toLowerCase() ?? "";
    const unit = UNITS.get(option);
    if (option === "fields") {
      const fields = counted(argv, at + 1, perField);
      options = { ...options, fields };
      at += 1 + fields.length;
    } else if (unit !== undefined) {
      onlyOne(options.expires === null && !options.keepsExpiry, "EX, PX, EXAT, PXAT", kept);
      if (argv[++at] === undefined) throw new Failure("ERR missing expire time");
      const from = unit.isRelative ? now : 0;
      options = { ...options, expires: deadline(argv, argv[at], unit.ms, from) };
    } else if (option === kept) {
      onlyOne(options.expires === null && !options.keepsExpiry, "EX, PX, EXAT, PXAT", kept);
      options =
        kept === "keepttl"
          ? { ...options, keepsExpiry: true }
          : { ...options, expires: Number.POSITIVE_INFINITY };
    } else if ((option === "fnx" || option === "fxx") && kept === "keepttl") {
      onlyOne(options.condition === null, "FXX", "fnx");
      options = { ...options, condition: option };
    } else throw new Failure(`ERR unknown argument: ${argv[at] ?? ""}`);
  }
  return options;
}

const UNITS: ReadonlyMap<string, { readonly ms: number; readonly isRelative: boolean }> = new Map([
  ["ex", { ms: 1000, isRelative: true }],
  ["px", { ms: 1, isRelative: true }],
  ["exat", { ms: 1000, isRelative: false }],
  ["pxat", { ms: 1, isRelative: false }],
]);

function counted(argv: Argv, countAt: number, perField: number): readonly Bytes[] {
  if (argv[countAt] === undefined)
    throw new Failure(
      `ERR wrong number of arguments for '${(argv[0] ?? "").toLowerCase()}' command`,
    );
  const count = atLeastOne(argv[countAt], "ERR invalid number of fields");
  const end = countAt + 1 + count * perField;
  if (end > argv.length) throw new Failure("ERR wrong number of arguments");
  return argv.slice(countAt + 1, end);
}

function onlyOne(isFirst: boolean, these: string, other: string): void {
  if (!isFirst)
    throw new Failure(
      `ERR Only one of ${these} or ${other.toUpperCase()} arguments can be specified`,
    );
}
