/** A log that a test reads. */
import { createLogger, type Logger } from "millrace";
import { Inbox } from "../conformance/inbox.ts";

interface Line {
  readonly level: number;
  readonly msg: string;
}

export function recordedLog(): { logger: Logger; lines: Inbox<Line> } {
  const lines = new Inbox<Line>();
  const destination = { write: (text: string) => lines.push(JSON.parse(text) as Line) };
  return { logger: createLogger({ level: "debug", format: "json", destination }), lines };
}
