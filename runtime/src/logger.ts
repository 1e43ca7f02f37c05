/**
 * The log: lines to read on a terminal, JSON everywhere else, both on stdout and without secrets.
 * `LOG_LEVEL` sets the level (info), `LOG_FORMAT` overrides the choice of `pretty` or `json`.
 */
import { createRequire } from "node:module";
import { type DestinationStream, type LoggerOptions as PinoOptions, pino } from "pino";
import type pretty from "pino-pretty";

/** What handlers and hooks are given; any pino logger fits it too. */
export interface Logger {
  debug: LogMethod;
  info: LogMethod;
  warn: LogMethod;
  error: LogMethod;
  /** The same log with these fields on every line. */
  child(fields: Readonly<Record<string, unknown>>): Logger;
}

/** As pino's: a message with %s, %d and %j places, or an error or an object with fields first. */
export interface LogMethod {
  (message: string, ...values: unknown[]): void;
  (fields: object, message?: string, ...values: unknown[]): void;
}

/** From which level on lines are written; `silent` writes none. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";

/** Where and how to log. */
export interface LoggerOptions {
  /** Default: `LOG_LEVEL`, else `info`. */
  readonly level?: LogLevel;
  /** A field on every line: the service. */
  readonly name?: string;
  /** Default: `LOG_FORMAT`, else `pretty` on a terminal and `json` elsewhere. */
  readonly format?: "pretty" | "json";
  /** Default: stdout. */
  readonly destination?: DestinationStream;
}

/** Makes a log. */
export function createLogger(options: LoggerOptions = {}): Logger {
  const asked = options.level ?? process.env["LOG_LEVEL"]?.toLowerCase() ?? "info";
  const level = isLevel(asked) ? asked : "info";
  const format = options.format ?? chosenFormat();
  const settings: PinoOptions = {
    level,
    // The host's name says nothing on a laptop and is the collector's to add in production; the pid tells workers apart.
    base: { pid: process.pid, ...(options.name === undefined ? {} : { name: options.name }) },
    serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
    hooks: { streamWrite: maskSecrets },
  };
  const logger = pino(
    settings,
    format === "pretty"
      ? prettyStream(options.destination)
      : (options.destination ?? pino.destination(1)),
  );
  if (level !== asked)
    logger.warn('LOG_LEVEL "%s" is not a level: use %s', asked, levels.join(", "));
  return logger;
}

const levels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

function isLevel(text: string): text is LogLevel {
  return (levels as readonly string[]).includes(text);
}

function chosenFormat(): "pretty" | "json" {
  const asked = process.env["LOG_FORMAT"];
  if (asked === "pretty" || asked === "json") return asked;
  return process.stdout.isTTY ? "pretty" : "json";
}

/** In process and at once, no worker thread: the last line before an exit is written, too. Loaded where it is used: 40 ms. */
function prettyStream(destination: DestinationStream | undefined): DestinationStream {
  const load = createRequire(import.meta.url)("pino-pretty") as typeof pretty;
  return load({
    sync: true,
    colorize: useColour(),
    ignore: "pid,name",
    translateTime: "SYS:HH:MM:ss.l",
    ...(destination === undefined ? {} : { destination: writable(destination) }),
  });
}

/** https://no-color.org, https://force-color.org */
function useColour(): boolean {
  if (process.env["NO_COLOR"]) return false;
  return process.env["FORCE_COLOR"]
    ? process.env["FORCE_COLOR"] !== "0"
    : process.stdout.isTTY === true;
}

/** pino-pretty takes a stream's end for granted. */
function writable(destination: DestinationStream): NodeJS.WritableStream {
  return Object.assign(Object.create(destination) as NodeJS.WritableStream, {
    write: (line: string) => (destination.write(line), true),
    on: () => undefined,
    once: () => undefined,
    emit: () => false,
    end: () => undefined,
  });
}

/** Fields of these names at any depth, and in JSON within a message, where the quotes are escaped. */
const SECRET_FIELDS = /(\\?)"(password|token|secret|authorization)\1":\1"(?:\\.|[^"\\])*?\1"/gi;
/** What stands between spaces and quotes; an escaped quote belongs to it. */
const WORDS = /(?:\\.|[^\s"\\])+/g;
/** The end of a URL's user, and the port that a colon may begin instead of a password. */
const AFTER_USER = /[:/,'\\]/g;
const PORT = /:\d{1,5}(?:[/?#,\\]|$)/y;

/**
 * Hides the credentials of every URL and the values of fields that are secret by their names: `nats://ada:***@host`
 * for `nats://ada:secret@host`, `nats://***@host` for a token alone. A password with an `@`, `/` or comma is hidden whole.
 *
 * On the finished line: pino's own redaction copies each object, which costs more than the line itself. In time that
 * grows with the line only, since lines hold what strangers send.
 */
export function maskSecrets(text: string): string {
  const masked = text.replace(
    SECRET_FIELDS,
    (_whole, escape: string, name: string) => `${escape}"${name}${escape}":${escape}"***${escape}"`,
  );
  return masked.includes("://") ? masked.replace(WORDS, maskUrl) : masked;
}

function maskUrl(word: string): string {
  const at = word.lastIndexOf("@");
  for (
    let scheme = word.indexOf("://");
    scheme !== -1 && scheme < at;
    scheme = word.indexOf("://", scheme + 3)
  ) {
    AFTER_USER.lastIndex = scheme + 3;
    const end = AFTER_USER.exec(word)?.index ?? word.length;
    if (end > at) return `${word.slice(0, scheme + 3)}***${word.slice(at)}`;
    PORT.lastIndex = end;
    if (word[end] === ":" && !PORT.test(word))
      return `${word.slice(0, end + 1)}***${word.slice(at)}`;
  }
  return word;
}
