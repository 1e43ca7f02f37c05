/** A log as plain data. */
import { whenReadable } from "../../wire/compression.ts";
import { readBatches } from "../../wire/record-batch.ts";
import type { AbortedTransaction, AbortedTransactions } from "./aborted-transactions.ts";
import type { LeaderEpoch, LeaderEpochs } from "./leader-epochs.ts";
import type { Producer, ProducerStates } from "./producer-states.ts";
import { add, emptySegment, inPieces, type Segment, type Segments } from "./segments.ts";

export interface LogSnapshot {
  readonly start: number;
  readonly end: number;
  readonly cleanedTo: number;
  readonly segments: readonly SegmentSnapshot[];
  readonly producers: readonly Producer[];
  readonly aborted: readonly AbortedTransaction[];
  readonly epochs: readonly LeaderEpoch[];
}

type SegmentSnapshot = Pick<Segment, "baseOffset" | "created" | "modified" | "moved"> & {
  /** Its batches, one behind the other. */
  readonly records: Uint8Array;
};

export interface LogParts {
  readonly segments: Segments;
  readonly producerStates: ProducerStates;
  readonly aborted: AbortedTransactions;
  readonly epochs: LeaderEpochs;
}

export function snapshotParts({
  segments,
  producerStates,
  aborted,
  epochs,
}: LogParts): Pick<LogSnapshot, "segments" | "producers" | "aborted" | "epochs"> {
  return {
    segments: segments.all.map(({ baseOffset, created, modified, moved, batches }) => ({
      baseOffset,
      created,
      modified,
      moved,
      // A copy: a view would bring all of its block along.
      records: Uint8Array.from(Buffer.concat(inPieces(batches))),
    })),
    producers: structuredClone(producerStates.all),
    aborted: [...aborted.all],
    epochs: [...epochs.entries],
  };
}

/**
 * Into parts that are empty. Times move by as much as the clock has, so that as much is left of them; those of records
 * are their own. `number` gives a batch's messages as many numbers of the journal, and returns the first.
 */
export function restoreParts(
  parts: LogParts,
  snapshot: LogSnapshot,
  moved: number,
  number: (count: number) => number,
): void {
  for (const { records, ...times } of snapshot.segments) {
    const segment = emptySegment({
      baseOffset: times.baseOffset,
      created: times.created + moved,
      modified: times.modified + moved,
      moved: times.moved + moved,
    });
    for (const batch of readBatches(Buffer.from(records))) {
      add(segment, batch, number(batch.lastOffset - batch.baseOffset + 1));
      void whenReadable(batch.bytes);
    }
    parts.segments.all.push(segment);
  }
  const producers = structuredClone(snapshot.producers);
  parts.producerStates.restore(
    producers.map((producer) => ({ ...producer, heard: producer.heard + moved })),
  );
  parts.aborted.restore(snapshot.aborted);
  parts.epochs.restore(snapshot.epochs);
}
