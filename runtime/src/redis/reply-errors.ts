/** What Redis and its client say when a command fails, sorted by what is to be done about it. */
import { messageOf } from "../errors.ts";

/** The server refused and will do otherwise in a moment: it loads its data, was demoted, or its cluster moves. Nothing was done. */
export function isPassing(error: unknown): boolean {
  return /^(?:LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|UNBLOCKED|NOREPLICAS|MISCONF)\b/.test(
    messageOf(error),
  );
}

/** The command never left: there is no connection. */
export function isUnsent(error: unknown): boolean {
  const text = messageOf(error);
  return (
    text.startsWith("Stream isn't writeable") ||
    text.startsWith("Cluster isn't ready") ||
    text === "Connection is closed."
  );
}

/** The connection went before the answer came: nobody knows whether the command was carried out. */
export function isCutOff(error: unknown): boolean {
  const name = error instanceof Error ? error.name : "";
  return (
    name === "MaxRetriesPerRequestError" ||
    name === "AbortError" ||
    /^(?:Command aborted|Reached the max retries|Too many Cluster redirections)/.test(
      messageOf(error),
    )
  );
}

/** Whether the server answered with this kind of error: its first word. */
export const isReply = (error: unknown, kind: string): boolean =>
  messageOf(error).startsWith(`${kind} `);

/** The server knows us no more, or wants a password. */
export const isRefusal = (error: unknown): boolean =>
  /^(?:WRONGPASS|NOAUTH|ERR invalid password|ERR Client sent AUTH|ERR AUTH )/.test(
    messageOf(error),
  );
