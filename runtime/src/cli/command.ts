/** What a command of `millrace` is: a table from which its parsing and its help are made. */
import { parseArgs } from "node:util";
import { MillraceError } from "../errors.ts";
import { didYouMean } from "./suggest.ts";

/** A command as the user sees it. */
export interface Command {
  readonly name: string;
  /** What stands after the name: `FILE[:export]`. */
  readonly operand: string;
  readonly summary: string;
  /** By name, without dashes. */
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Where options it does not know are not mistakes but go to the app: the line of the help that says so. */
  readonly passesOn?: string;
  /** More for the help: examples. */
  readonly examples: readonly string[];
  /** Resolves with the exit code. */
  run(call: Call): Promise<number>;
}

export interface OptionSpec {
  /** What its value is called in the help; a flag where left out. */
  readonly value?: string;
  readonly help: string;
}

/** A command line taken apart. */
export interface Call {
  readonly operand: string | undefined;
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  /** Options that the command does not know; a flag is true. Of one given several times the last counts. */
  readonly passedOn: PassedOptions;
}

export type PassedOptions = Readonly<Record<string, string | true>>;

/** Ends the command with one message. 2 is a wrong command line, 1 anything else. */
export class CommandError extends MillraceError {
  readonly exitCode: number;
  constructor(message: string, options: { cause?: unknown; exitCode?: number } = {}) {
    super(message, options);
    this.exitCode = options.exitCode ?? 1;
  }
}

/** A command line that cannot be understood. */
export function usageError(command: string, message: string): CommandError {
  return new CommandError(`${message}\nSee: millrace ${command} --help`, { exitCode: 2 });
}

/**
 * Takes a command line apart. An unknown option takes the next word as its value once the operand is there;
 * before it, write `--name=value`: in `run --verbose app.ts` the file is the file.
 * @throws {CommandError}
 */
export function parseCall(command: Command, args: readonly string[]): Call {
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(command.options).map(([name, spec]) => [
        name,
        { type: spec.value === undefined ? "boolean" : "string" } as const,
      ]),
    ),
  });
  const operands: string[] = [];
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const passedOn = new Map<string, string | true>();

  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    if (token?.kind === "positional") operands.push(token.value);
    if (token?.kind !== "option") continue;
    const spec = Object.hasOwn(command.options, token.name)
      ? command.options[token.name]
      : undefined;
    if (spec === undefined) {
      if (command.passesOn === undefined) throw unknownOption(command, token.rawName, token.name);
      const next = tokens[index + 1];
      const takesNext =
        token.value === undefined &&
        operands.length > 0 &&
        next?.kind === "positional" &&
        next.index === token.index + 1;
      if (takesNext) index++;
      passedOn.set(token.name, takesNext ? next.value : (token.value ?? true));
    } else if (spec.value === undefined) {
      if (token.value !== undefined)
        throw usageError(command.name, `--${token.name} is a flag and takes no value`);
      flags.add(token.name);
    } else {
      if (
        token.value === undefined ||
        token.value === "" ||
        (!token.inlineValue && token.value.startsWith("-"))
      ) {
        throw usageError(
          command.name,
          `--${token.name} needs a value: --${token.name} ${spec.value}`,
        );
      }
      values.set(token.name, token.value);
    }
  }
  if (operands.length > 1)
    throw usageError(
      command.name,
      `millrace ${command.name} takes one ${command.operand}, and was given ${operands.join(" and ")}`,
    );
  return { operand: operands[0], flags, values, passedOn: Object.fromEntries(passedOn) };
}

/** A whole number from `least` on, or undefined where the option was not given. */
export function numberValue(
  command: Command,
  call: Call,
  name: string,
  least: number,
): number | undefined {
  const text = call.values.get(name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isInteger(number) || number < least) {
    throw usageError(command.name, `--${name} ${text} is not a whole number from ${least}`);
  }
  return number;
}

function unknownOption(command: Command, rawName: string, name: string): CommandError {
  const hint = didYouMean(name, Object.keys(command.options), (word) => `--${word}`);
  return usageError(command.name, `millrace ${command.name} has no option ${rawName}${hint}`);
}
