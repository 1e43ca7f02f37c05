/** What an administrator may ask of Kafka, at random: names, numbers and values that are right, wrong or on the edge. */
import fc from "fast-check";

export type AdminStep =
  | {
      readonly do: "create";
      readonly topic: string;
      readonly numPartitions: number;
      readonly replicationFactor: number;
      readonly configs: readonly Entry[];
      readonly validateOnly: boolean;
    }
  | { readonly do: "grow"; readonly topic: string; readonly count: number }
  | {
      readonly do: "alter";
      readonly topic: string;
      readonly configs: readonly Entry[];
      readonly validateOnly: boolean;
    }
  | { readonly do: "produce"; readonly topic: string; readonly messages: number }
  | { readonly do: "cut"; readonly topic: string; readonly offset: string }
  | { readonly do: "delete"; readonly topic: string };

export interface Entry {
  readonly name: string;
  readonly value: string;
}

/** Two of them are one in the names of metrics. */
export const TOPICS = ["orders", "a.b", "a_b"] as const;
/** The configs that are compared. */
export const CONFIGS = [
  "cleanup.policy",
  "compression.type",
  "max.message.bytes",
  "message.timestamp.type",
  "min.cleanable.dirty.ratio",
  "min.compaction.lag.ms",
  "preallocate",
  "retention.bytes",
  "retention.ms",
  "segment.bytes",
  "segment.ms",
] as const;

const VALUES = ["1", "-1", "-2", "0", "100", " 7 ", "0.25", "1.5", "9999999999", "x", ""] as const;
const WORDS = [
  "compact",
  "delete",
  "compact,delete",
  "gzip",
  "LogAppendTime",
  "true",
  "NO",
] as const;

// Often what is there, now and then what cannot be.
const topic = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...TOPICS) },
  { weight: 1, arbitrary: fc.constantFrom("no such", "..", "nowhere") },
);
const entry = fc.record({
  name: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...CONFIGS) },
    { weight: 1, arbitrary: fc.constant("colour") },
  ),
  value: fc.constantFrom(...VALUES, ...WORDS),
});
const entries = fc.uniqueArray(entry, { maxLength: 2, selector: ({ name }) => name });

const step: fc.Arbitrary<AdminStep> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("create" as const),
      topic,
      numPartitions: fc.constantFrom(-1, 0, 1, 1, 2, 3),
      replicationFactor: fc.constantFrom(-1, 0, 1, 1, 1, 2),
      configs: entries,
      validateOnly: fc.constantFrom(false, false, true),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("grow" as const),
      topic,
      count: fc.constantFrom(1, 2, 3, 4),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("alter" as const),
      topic,
      configs: entries,
      validateOnly: fc.constantFrom(false, false, true),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("produce" as const),
      topic,
      messages: fc.constantFrom(1, 3),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("cut" as const),
      topic,
      offset: fc.constantFrom("-1", "0", "1", "9"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("delete" as const), topic }) },
);

export const adminScript: fc.Arbitrary<AdminStep[]> = fc.array(step, {
  minLength: 3,
  maxLength: 12,
});
