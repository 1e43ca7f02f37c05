/** What Redis and its client say when a command fails, sorted by what is to be done about it. */

/** The server refused and will do otherwise in a moment: it loads its data, was demoted, or its cluster moves. Nothing was done. */
export function isPassing(error: unknown): boolean {
  return /^(?:LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|UNBLOCKED|NOREPLICAS|MISCONF)\b/.test(
    textOf(error),
  );
}

/** The command never left: there is no connection. */
export function isUnsent(error: unknown): boolean {
  const text = textOf(error);
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
    /^(?:Command aborted|Reached the max retries|Too many Cluster redirections)/.test(textOf(error))
  );
}

/** Whether the server answered with this kind of error: its first word. */
export const isReply = (error: unknown, kind: string): boolean =>
  textOf(error).startsWith(`${kind} `);

/** The server knows us no more, or wants a password. */
export const isRefusal = (error: unknown): boolean =>
  /^(?:WRONGPASS|NOAUTH|ERR invalid password|ERR Client sent AUTH|ERR AUTH )/.test(textOf(error));

/** For localhost Node tries two addresses and gives an error with a code but no message. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ("code" in error ? String(error.code) : error.name);
}
