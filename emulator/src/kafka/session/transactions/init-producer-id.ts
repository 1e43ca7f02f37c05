/**
 * InitProducerId, 0–5: an id and an epoch for a producer that is idempotent or transactional. KIP-98, KIP-360.
 * With a transactional id, whoever had it before is fenced. Where that one left a transaction open, this is aborted and
 * the client asks again, whatever it is told.
 */
import type { ProducerIdAndEpoch } from "../../model/contract.ts";
import { KafkaError, refusalOf } from "../../model/errors.ts";
import { initProducerId } from "../../wire/apis/init-producer-id.ts";
import type { RequestOf } from "../../wire/layout.ts";
import { may, mayWithAny } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { checkCoordinator, codeFor } from "./coordination.ts";

type InitRequest = RequestOf<typeof initProducerId>;
const NONE = { producerId: -1, producerEpoch: -1 } as const;

export const initProducerIdRow: Row = row(initProducerId, [0, 5], (request, call) => {
  let producer: ProducerIdAndEpoch = NONE;
  const refusal = refusalOf(() => {
    producer = produce(request, call);
  });
  return { errorCode: codeFor(refusal, call.version, 4), ...producer };
});

function produce(request: InitRequest, call: Call): ProducerIdAndEpoch {
  const { transactionalId, transactionTimeoutMs: timeout } = request;
  const { transactions } = call.cluster;
  authorize(transactionalId, call);
  const expected = expectedBy(request);
  if (transactionalId === null) {
    return { producerId: transactions.newProducerId(), producerEpoch: 0 };
  }
  checkCoordinator(call, "transaction", transactionalId);
  return transactions.init(transactionalId, { timeout, expected });
}

function authorize(transactionalId: string | null, call: Call): void {
  if (transactionalId !== null) {
    if (may(call, "Write", "TransactionalId", transactionalId)) return;
    throw new KafkaError("TRANSACTIONAL_ID_AUTHORIZATION_FAILED");
  }
  if (may(call, "IdempotentWrite", "Cluster", "kafka-cluster")) return;
  // KIP-679: who may write to any topic may do so idempotently.
  if (mayWithAny(call, "Write", "Topic")) return;
  throw new KafkaError("CLUSTER_AUTHORIZATION_FAILED");
}

/** Both or neither. */
function expectedBy({ producerId, producerEpoch }: InitRequest): ProducerIdAndEpoch | null {
  if (producerId === -1 && producerEpoch === -1) return null;
  if (producerId === -1 || producerEpoch === -1) throw new KafkaError("INVALID_REQUEST");
  return { producerId, producerEpoch };
}
