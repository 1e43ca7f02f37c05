/** What a purge takes: nats-server's PurgeEx. */
import type { StreamView } from "./contract.ts";

interface Purge {
  readonly seqs: number[];
  /** Where the stream begins then, after a purge of everything up to somewhere. */
  readonly start: number | undefined;
}

/** What matches, up to and without `before`, but for the last `keep`. */
export function purgeOf(
  stream: StreamView,
  messages: number,
  {
    filter,
    before,
    keep,
  }: { readonly filter: string; readonly before: number; readonly keep: number },
): Purge {
  const all = filter === "" || filter === ">";
  let end = before;
  // Of everything nats-server keeps the last numbers, of a subject the last messages; and there a 1 means no number.
  if (all && keep > 0) end = keep < messages ? stream.last - keep + 1 : 0;
  else if (before === 1) end = all ? 0 : Number.POSITIVE_INFINITY;
  const filters = all ? [] : [filter];
  const seqs: number[] = [];
  for (
    let message = stream.next(0, filters);
    message !== undefined && message.seq < end;
    message = stream.next(message.seq + 1, filters)
  )
    seqs.push(message.seq);
  if (!all) {
    if (keep > 0) seqs.splice(Math.max(0, seqs.length - keep));
    return { seqs, start: undefined };
  }
  // A purge up to a number beyond the last one moves the stream there.
  const start = end === Number.POSITIVE_INFINITY ? stream.last + 1 : end;
  return { seqs, start: end > 0 ? start : undefined };
}
