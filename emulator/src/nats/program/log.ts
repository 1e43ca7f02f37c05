/** The log, in nats-server's lines: process, time, level, text. */
import { appendFileSync } from "node:fs";

export interface Log {
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
  debug(text: string): void;
  trace(text: string): void;
  /** To the file that is now configured. */
  reopen(file: string | undefined): void;
}

export function createLog(settings: {
  readonly time: boolean;
  readonly debug: boolean;
  readonly file?: string | undefined;
}): Log {
  let { file } = settings;
  const write = (level: string, text: string) => {
    const stamp = settings.time ? `${localTime(new Date())} ` : "";
    const line = `[${process.pid}] ${stamp}[${level}] ${text}\n`;
    if (file === undefined) process.stderr.write(line);
    else appendFileSync(file, line);
  };
  return {
    info: (text) => write("INF", text),
    warn: (text) => write("WRN", text),
    error: (text) => write("ERR", text),
    debug: (text) => {
      if (settings.debug) write("DBG", text);
    },
    trace: (text) => write("TRC", text),
    reopen: (next) => void (file = next),
  };
}

/** `2026/11/22 03:04:05.000006`, in the machine's own time. */
function localTime(now: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const date = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("/");
  const time = [two(now.getHours()), two(now.getMinutes()), two(now.getSeconds())].join(":");
  return `${date} ${time}.${String(now.getMilliseconds()).padStart(3, "0")}000`;
}
