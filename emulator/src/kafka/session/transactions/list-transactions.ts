/** ListTransactions, 0–1: the transactional ids of this coordinator, by state, producer id, and how long a transaction has lasted. KIP-664, KIP-994. */
import type { Transaction, TransactionState } from "../../model/contract.ts";
import { listTransactions } from "../../wire/apis/list-transactions.ts";
import type { RequestOf } from "../../wire/layout.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";

const STATES: ReadonlySet<string> = new Set<TransactionState>([
  "Empty",
  "Ongoing",
  "PrepareCommit",
  "PrepareAbort",
  "CompleteCommit",
  "CompleteAbort",
  "Dead",
]);

export const listTransactionsRow: Row = row(listTransactions, [0, 1], (request, call) => ({
  errorCode: 0,
  unknownStateFilters: request.stateFilters.filter((state) => !STATES.has(state)),
  transactionStates: [...call.cluster.transactions.all]
    .filter((transaction) => isWanted(transaction, request, call))
    .map(({ transactionalId, producerId, state }) => ({
      transactionalId,
      producerId,
      transactionState: state,
    })),
}));

function isWanted(
  { transactionalId, state, producerId, started }: Transaction,
  { stateFilters, producerIdFilters, durationFilter }: RequestOf<typeof listTransactions>,
  call: Call,
): boolean {
  const { clock } = call.cluster;
  return (
    call.cluster.coordinatorOf("transaction", transactionalId).id === call.node.id &&
    (stateFilters.length === 0 || stateFilters.includes(state)) &&
    (producerIdFilters.length === 0 || producerIdFilters.includes(producerId)) &&
    // One that has not begun counts as begun before 1970, as with the broker.
    (durationFilter < 0 || clock.now() - started > durationFilter) &&
    may(call, "Describe", "TransactionalId", transactionalId)
  );
}
