/** Random messages with headers of 2.11 and 2.12, alone and in batches, for a stream that allows some of them. */
import fc from "fast-check";

const some = <Value>(...values: readonly Value[]) => fc.constantFrom(...values);
const subject = some("s.a", "s.b", "s.c");
const optional = { requiredKeys: [] };

export const streamConfig = fc.record(
  {
    allow_msg_ttl: fc.boolean(),
    allow_msg_counter: fc.boolean(),
    allow_atomic: some(true, true, false),
    allow_msg_schedules: fc.boolean(),
    allow_rollup_hdrs: fc.boolean(),
    subject_delete_marker_ttl: some(100e9),
    max_msgs_per_subject: some(1, 2),
    max_msgs: some(3),
    // With a limit per subject 2.10 refuses what rolls a full subject up.
    discard: some("old", "new"),
  },
  optional,
);

const living = { "Nats-TTL": some("90s", "120", "never", "1h", "0", "soon") };
const counting = { "Nats-Incr": some("1", "-3", "x", "") };
const placing = {
  "Nats-Expected-Last-Sequence": some("0", "1", "2"),
  "Nats-Expected-Last-Subject-Sequence": some("0", "1", "2"),
  "Nats-Expected-Last-Subject-Sequence-Subject": some("s.a", "s.b", "s.*"),
};
const planning = {
  "Nats-Schedule": some("@every 1h", "0 0 0 * * *", "@at 2099-01-01T00:00:00Z", "never"),
  "Nats-Schedule-Target": some("s.a", "s.out", "t.out"),
  "Nats-Schedule-TTL": some("90s", "soon"),
  "Nats-Schedule-Source": some("s.b"),
  "Nats-Rollup": some("sub", "all"),
};

/** One kind of question at a time: which of several wrong answers comes first is a release's own. */
const fields = fc.oneof(
  fc.constant({}),
  fc.record(living, optional),
  fc.record(counting, optional),
  fc.record(placing, optional),
  fc.record(planning, optional),
  fc.record({ "Nats-Rollup": some("sub", "all") }, optional),
  fc.record(
    { "Nats-Scheduler": some("s.a", "s.b"), "Nats-Schedule-Next": some("purge") },
    optional,
  ),
  fc.record({ "Nats-Msg-Id": some("m1", "m2") }),
);

export interface Publish {
  readonly subject: string;
  readonly payload: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const message = fc.record({ subject, payload: some("", "", "x"), fields });

/** Some alone, some in a batch that ends. */
export const publishes: fc.Arbitrary<readonly Publish[]> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.tuple(message) },
      fc.array(message, { minLength: 2, maxLength: 3 }),
    ),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((groups) =>
    groups.flatMap((group, number) =>
      group.length === 1
        ? group
        : group.map((each, at) => ({
            ...each,
            fields: {
              ...each.fields,
              "Nats-Batch-Id": `b${number}`,
              "Nats-Batch-Sequence": at + 1,
              ...(at === group.length - 1 ? { "Nats-Batch-Commit": "1" } : {}),
            },
          })),
    ),
  );
