/** AddOffsetsToTxn, 0–4: a producer is going to commit offsets of a group in its transaction. KIP-98. */
import { KafkaError, refusalOf } from "../../model/errors.ts";
import { addOffsetsToTxn } from "../../wire/apis/add-offsets-to-txn.ts";
import { may } from "../authorization.ts";
import { type Row, row } from "../handling.ts";
import { checkCoordinator, codeFor } from "./coordination.ts";

export const addOffsetsToTxnRow: Row = row(addOffsetsToTxn, [0, 4], (request, call) => {
  const { transactionalId, groupId } = request;
  const refusal = refusalOf(() => {
    if (!may(call, "Write", "TransactionalId", transactionalId)) {
      throw new KafkaError("TRANSACTIONAL_ID_AUTHORIZATION_FAILED");
    }
    if (!may(call, "Read", "Group", groupId)) throw new KafkaError("GROUP_AUTHORIZATION_FAILED");
    checkCoordinator(call, "transaction", transactionalId);
    call.cluster.transactions.addGroup(request, groupId);
  });
  return { errorCode: codeFor(refusal, call.version, 2) };
});
