/** EndTxn, 0–4: commits or aborts. Version 5 belongs to `transaction.version` 2 (KIP-890), which is not offered. KIP-98. */
import { KafkaError, refusalOf } from "../../model/errors.ts";
import { endTxn } from "../../wire/apis/end-txn.ts";
import { may } from "../authorization.ts";
import { type Row, row } from "../handling.ts";
import { checkCoordinator, codeFor } from "./coordination.ts";

export const endTxnRow: Row = row(endTxn, [0, 4], (request, call) => {
  const refusal = refusalOf(() => {
    if (!may(call, "Write", "TransactionalId", request.transactionalId)) {
      throw new KafkaError("TRANSACTIONAL_ID_AUTHORIZATION_FAILED");
    }
    checkCoordinator(call, "transaction", request.transactionalId);
    call.cluster.transactions.end(request, request.committed);
  });
  return { errorCode: codeFor(refusal, call.version, 2) };
});
