/** A command as nats-server's log writes it: `[SUB orders.* 1]`. */
import type { Command } from "../wire/parser.ts";

export function traceOf(command: Command): string {
  switch (command.op) {
    case "connect":
      return `[CONNECT ${hidden(command.options)}]`;
    case "pub": {
      const { subject, reply = "", headers, payload } = command;
      const sizes = headers === undefined ? [] : [headers.length];
      const total = payload.length + (headers?.length ?? 0);
      const words = [headers === undefined ? "PUB" : "HPUB", subject, reply, ...sizes, total];
      return `[${words.filter((word) => word !== "").join(" ")}]`;
    }
    case "sub":
      return `[${["SUB", command.subject, command.queue, command.sid].filter(Boolean).join(" ")}]`;
    case "unsub":
      return `[UNSUB ${command.sid}${command.max > 0 ? ` ${command.max}` : ""}]`;
    case "ping":
    case "pong":
    case "ignored":
      return `[${command.op.toUpperCase()}]`;
  }
}

/** Without what opens doors. */
function hidden(options: unknown): string {
  return JSON.stringify(options, (name, value: unknown) =>
    ["pass", "auth_token", "jwt", "sig"].includes(name) ? "[REDACTED]" : value,
  );
}
