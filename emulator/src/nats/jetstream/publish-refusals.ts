/** What nats-server says of a message that asks for what came after 2.10: server/errors.json of 2.15. `{}` stands for the detail. */
import { ApiError } from "./contract.ts";

const known = {
  wrongLastInBatch: [400, 10164, "wrong last sequence"],
  badTtl: [400, 10165, "invalid per-message TTL"],
  ttlDisabled: [400, 10166, "per-message TTL is disabled"],
  countersDisabled: [400, 10168, "message counters is disabled"],
  incrementMissing: [400, 10169, "message counter increment is missing"],
  incrementWithPayload: [400, 10170, "message counter has payload"],
  badIncrement: [400, 10171, "message counter increment is invalid"],
  brokenCounter: [400, 10172, "message counter is broken"],
  batchesDisabled: [400, 10174, "atomic publish is disabled"],
  batchSequenceMissing: [400, 10175, "atomic publish sequence is missing"],
  batchIncomplete: [400, 10176, "atomic publish batch is incomplete"],
  batchHeader: [400, 10177, "atomic publish unsupported header used: {}"],
  badBatchId: [400, 10179, "atomic publish batch ID is invalid"],
  apiLevel: [412, 10185, "JetStream minimum api level required"],
  schedulesDisabled: [400, 10188, "message schedules is disabled"],
  badSchedule: [400, 10189, "message schedules pattern is invalid"],
  badScheduleTarget: [400, 10190, "message schedules target is invalid"],
  badScheduleTtl: [400, 10191, "message schedules invalid per-message TTL"],
  badScheduleRollup: [400, 10192, "message schedules invalid rollup"],
  lastSubjectWithoutSequence: [
    400,
    10193,
    "missing sequence for expected last sequence per subject",
  ],
  batchTooLarge: [400, 10199, "atomic publish batch is too large: {}"],
  badCommit: [400, 10200, "atomic publish batch commit is invalid"],
  duplicateInBatch: [400, 10201, "atomic publish batch contains duplicate message id"],
  badScheduleSource: [400, 10203, "message schedules source is invalid"],
  tooManyBatches: [429, 10210, "atomic publish too many inflight"],
  badScheduler: [400, 10212, "message schedules invalid scheduler"],
  badTimeZone: [400, 10223, "message schedules time zone is invalid"],
} as const;

export function refusePublish(what: keyof typeof known, detail: string | number = ""): ApiError {
  const [code, errCode, description] = known[what];
  return new ApiError(
    code,
    errCode,
    description.replace("{}", () => String(detail)),
  );
}
