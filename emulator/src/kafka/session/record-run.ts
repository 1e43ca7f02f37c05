/** Records of a batch, for the journal: decoded when somebody looks, for most events leave its ring unseen. */
import type { JournalEntry, JournalEvent, JournalRun, MessageContent } from "../../journal.ts";
import { MalformedRecords } from "../wire/malformed-records.ts";
import type { Batch } from "../wire/record-batch.ts";
import { decodeRecords, type KafkaRecord } from "../wire/records.ts";

/** What is the same for all of them. */
export type About = Pick<
  JournalEntry,
  "kind" | "channel" | "partition" | "client" | "subscription" | "reason"
>;

export class RecordRun implements JournalRun {
  readonly count: number;
  readonly #batch: Batch;
  readonly #from: number;
  /** The number of the message at the batch's base offset. */
  readonly #message: number;
  readonly #about: About;

  /** Those from the offset `from` on, before `to`: both within the batch. */
  constructor(batch: Batch, from: number, to: number, message: number, about: About) {
    this.count = countBetween(batch, from, to);
    this.#batch = batch;
    this.#from = from;
    this.#message = message;
    this.#about = about;
  }

  /** One record keeps the whole batch. */
  get size(): number {
    return this.#batch.bytes.length;
  }

  eventAt(index: number): Omit<JournalEvent, "seq" | "time"> {
    const batch = this.#batch;
    const offset = this.#offsetAt(index);
    return {
      ...this.#about,
      protocol: "kafka",
      offset,
      message: this.#message + offset - batch.baseOffset,
      ...contentOf(batch, offset),
    };
  }

  #offsetAt(index: number): number {
    const from = this.#from;
    if (isWhole(this.#batch)) return from + index;
    const records = decode(this.#batch);
    const first = records.findIndex(({ offset }) => offset >= from);
    return records[first + index]?.offset ?? from + index;
  }
}

/** How many records there are from `from` on, before `to`: both within the batch. */
export function countBetween(batch: Batch, from: number, to: number): number {
  if (isWhole(batch)) return to - from;
  return decode(batch).filter(({ offset }) => offset >= from && offset < to).length;
}

/** Compaction leaves holes: then only the records themselves say which offsets there are. */
function isWhole({ baseOffset, lastOffset, count }: Batch): boolean {
  return lastOffset - baseOffset + 1 === count;
}

function contentOf(batch: Batch, offset: number): MessageContent {
  try {
    const record = recordAt(decode(batch), batch.baseOffset, offset);
    if (record === undefined) return { headers: {}, payload: new Uint8Array() };
    const { key, value, headers } = record;
    return {
      ...(key === null ? {} : { key: key.toString() }),
      headers: Object.fromEntries(headers.map(([name, text]) => [name, text?.toString() ?? ""])),
      payload: value ?? new Uint8Array(),
    };
  } catch (error) {
    // Its client compressed garbage, which the broker need not notice.
    if (error instanceof MalformedRecords) return { headers: {}, payload: batch.records };
    throw error;
  }
}

/** Records of one batch are mostly read one after the other. */
let decoded: { readonly batch: Batch; readonly records: readonly KafkaRecord[] } | undefined;

function decode(batch: Batch): readonly KafkaRecord[] {
  if (decoded?.batch !== batch) decoded = { batch, records: decodeRecords(batch) };
  return decoded.records;
}

function recordAt(
  records: readonly KafkaRecord[],
  baseOffset: number,
  offset: number,
): KafkaRecord | undefined {
  const likely = records[offset - baseOffset];
  return likely?.offset === offset ? likely : records.find((each) => each.offset === offset);
}
