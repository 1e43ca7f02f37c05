/**
 * Produce, 0–13: appends to partitions that this node leads, each for itself. With acks 0 nothing is answered, and where
 * something failed the connection is closed: so the client notices. From version 3 on there is exactly one batch for each
 * partition, of format 2.
 * https://kafka.apache.org/protocol#The_Messages_Produce
 */
import type { Appended } from "../model/contract.ts";
import { KafkaError, RecordValidationError } from "../model/errors.ts";
import { produce } from "../wire/apis/produce.ts";
import type { RequestOf, ResponseOf } from "../wire/layout.ts";
import { whenReadable } from "../wire/compression.ts";
import { MalformedRecords } from "../wire/malformed-records.ts";
import { Batch, BATCH_HEADER, formatOf, split } from "../wire/record-batch.ts";
import { may } from "./authorization.ts";
import { type Call, HangUp, type Row, row } from "./handling.ts";
import { codeOf, partitionLedHere } from "./partition-lookup.ts";
import { verifyPartition } from "./transactions/verification.ts";

type Request = RequestOf<typeof produce>;
type Response = ResponseOf<typeof produce>;
type Answer = Response["responses"][number]["partitionResponses"][number];

/** Only the tools' own admin client writes to `__consumer_offsets` and its like. */
const ADMIN_CLIENT = "__admin_client";
const NOTHING = Buffer.alloc(0);

export const produceRow: Row = row(produce, [0, 13], (request, call) => {
  const loading = request.topicData.flatMap(({ partitionData }) =>
    partitionData.flatMap(({ records }) => whenReadable(records ?? NOTHING) ?? []),
  );
  return loading.length === 0
    ? answer(request, call)
    : Promise.all(loading).then(() => answer(request, call));
});

function answer(request: Request, call: Call): Response | null {
  const refusal = refusalOf(request, call);
  const responses = request.topicData.map(({ name, topicId, partitionData }) => {
    const topic = call.version >= 13 ? call.cluster.topics.byId(topicId)?.name : name;
    return {
      name,
      topicId,
      partitionResponses: partitionData.map(({ index, records }) => {
        try {
          if (refusal !== null) throw refusal;
          if (topic === undefined) throw new KafkaError("UNKNOWN_TOPIC_ID");
          return append(request, topic, index, records ?? NOTHING, call);
        } catch (error) {
          return failure(index, error, topic, call);
        }
      }),
    };
  });
  if (request.acks !== 0) return { responses, ...endpoints(responses, call) };
  const failed = responses.some((topic) =>
    topic.partitionResponses.some((each) => each.errorCode !== 0),
  );
  if (failed) throw new HangUp();
  return null;
}

/** What is wrong with all of it. */
function refusalOf({ transactionalId, topicData }: Request, call: Call): KafkaError | null {
  if (transactionalId !== null && !call.cluster.acls.enforced) return null;
  const isTransactional = topicData.some(({ partitionData }) =>
    partitionData.some(({ records }) => headOf(records)?.isTransactional === true),
  );
  if (!isTransactional) return null;
  if (transactionalId !== null && may(call, "Write", "TransactionalId", transactionalId))
    return null;
  return new KafkaError("TRANSACTIONAL_ID_AUTHORIZATION_FAILED");
}

function append(
  request: Request,
  topic: string,
  index: number,
  records: Buffer,
  call: Call,
): Answer {
  if (!may(call, "Write", "Topic", topic)) throw new KafkaError("TOPIC_AUTHORIZATION_FAILED");
  const fault = call.traffic?.refusal(topic, index) ?? null;
  if (fault !== null) throw fault;
  const partition = partitionLedHere(call, topic, index);
  checkRecords(records, call.version);
  const { transactionalId } = request;
  const head = headOf(records);
  if (transactionalId !== null && head?.isTransactional === true) {
    const producer = idOf(head);
    if (partition.log.needsVerification(producer, head.baseSequence))
      verifyPartition(call, { transactionalId, ...producer }, topic, index);
  }
  if (request.acks < -1 || request.acks > 1) throw new KafkaError("INVALID_REQUIRED_ACKS");
  if (partition.topic.internal && call.clientId !== ADMIN_CLIENT)
    throw new KafkaError("INVALID_TOPIC_EXCEPTION");
  const by = { client: call.client, transactionalId };
  let appended: Appended;
  try {
    appended = partition.log.append(records, by);
  } catch (error) {
    const isKnown = error instanceof KafkaError && KNOWN.has(error.error);
    const logStartOffset = isKnown ? -1 : partition.log.startOffset;
    return { ...failure(index, error, topic, call), logStartOffset };
  }
  const { baseOffset, logAppendTime, startOffset, batches } = appended;
  call.traffic?.published(partition, batches);
  return {
    index,
    errorCode: 0,
    baseOffset,
    logAppendTimeMs: logAppendTime,
    logStartOffset: startOffset,
  };
}

const idOf = ({ producerId, producerEpoch }: Batch) => ({ producerId, producerEpoch });

/** What each version may carry, before the log looks at it. */
function checkRecords(records: Buffer, version: number): void {
  if (version < 3) return;
  const [first, second] = split(records);
  if (first === undefined || second !== undefined || formatOf(first) !== 2)
    throw new KafkaError("INVALID_RECORD");
  if (version < 7 && first.length >= BATCH_HEADER && new Batch(first).compression === "zstd")
    throw new KafkaError("UNSUPPORTED_COMPRESSION_TYPE");
}

function headOf(records: Buffer | null): Batch | null {
  if (records === null || records.length < BATCH_HEADER || formatOf(records) !== 2) return null;
  return new Batch(records);
}

/** Only which records are wrong is told in words, and what makes them no records at all. */
function failure(index: number, error: unknown, topic: string | undefined, call: Call): Answer {
  const errorCode = codeOf(error);
  const isWorded =
    error instanceof RecordValidationError ||
    (error instanceof MalformedRecords && error.error === "CORRUPT_MESSAGE") ||
    (error instanceof KafkaError && error.message !== error.error && WORDED.has(error.error));
  const said = isWorded ? { errorMessage: error.message } : {};
  const recordErrors =
    error instanceof RecordValidationError
      ? error.recordErrors.map((each) => ({
          batchIndex: each.index,
          batchIndexErrorMessage: each.message,
        }))
      : [];
  const partition =
    topic === undefined ? undefined : call.cluster.topics.get(topic)?.partitions[index];
  const isElsewhere = error instanceof KafkaError && error.error === "NOT_LEADER_OR_FOLLOWER";
  const currentLeader =
    isElsewhere && partition !== undefined
      ? { currentLeader: { leaderId: partition.leader, leaderEpoch: partition.leaderEpoch } }
      : {};
  return { index, errorCode, baseOffset: -1, recordErrors, ...said, ...currentLeader };
}

const WORDED: ReadonlySet<string> = new Set(["NOT_ENOUGH_REPLICAS", "INVALID_TXN_STATE"]);
/** With these the broker does not say where the log begins. */
const KNOWN: ReadonlySet<string> = new Set([
  "CORRUPT_MESSAGE",
  "MESSAGE_TOO_LARGE",
  "RECORD_LIST_TOO_LARGE",
]);

/** KIP-951: where those are to be found that lead in our place. */
function endpoints(responses: Response["responses"], call: Call): Pick<Response, "nodeEndpoints"> {
  const leaders = new Set(
    responses.flatMap(({ partitionResponses }) =>
      partitionResponses.flatMap(({ currentLeader }) => currentLeader?.leaderId ?? []),
    ),
  );
  if (leaders.size === 0) return {};
  return {
    nodeEndpoints: call.cluster.nodes
      .filter(({ id }) => leaders.has(id))
      .map((node) => call.addressOf(node)),
  };
}
