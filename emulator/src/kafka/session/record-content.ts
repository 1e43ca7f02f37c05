/** What a record holds, for the journal: decoded when somebody looks, for most events leave its ring unseen. */
import type { ContentSource, MessageContent } from "../../journal.ts";
import type { Log, LogRecord } from "../model/contract.ts";
import { MalformedRecords } from "../wire/malformed-records.ts";
import type { Batch } from "../wire/record-batch.ts";

export class RecordContent implements ContentSource {
  readonly size: number;
  readonly #log: Log;
  readonly #batch: Batch;
  readonly #offset: number;

  /** `size`: its share of the batch. */
  constructor(log: Log, batch: Batch, offset: number, size: number) {
    this.#log = log;
    this.#batch = batch;
    this.#offset = offset;
    this.size = size;
  }

  read(): MessageContent {
    const batch = this.#batch;
    try {
      const record = recordAt(decode(this.#log, batch), batch.baseOffset, this.#offset);
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
}

/** Events of one batch are mostly read one after the other. */
let decoded: { readonly batch: Batch; readonly records: readonly LogRecord[] } | undefined;

export function decode(log: Log, batch: Batch): readonly LogRecord[] {
  if (decoded?.batch !== batch) decoded = { batch, records: log.recordsOf(batch) };
  return decoded.records;
}

function recordAt(
  records: readonly LogRecord[],
  baseOffset: number,
  offset: number,
): LogRecord | undefined {
  const likely = records[offset - baseOffset];
  return likely?.offset === offset ? likely : records.find((each) => each.offset === offset);
}
