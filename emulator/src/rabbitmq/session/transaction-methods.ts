/** tx.*: https://www.rabbitmq.com/amqp-0-9-1-reference#class.tx */
import { channelError } from "../model/errors.ts";
import type { Channel } from "./channel.ts";
import type { Handlers } from "./handler.ts";
import { publishNow } from "./publishing.ts";
import { Transaction } from "./transaction.ts";

export const transactionMethods: Handlers = {
  "tx.select"(channel) {
    if (channel.confirm !== null) throw channelError(406, "cannot switch from confirm to tx mode");
    channel.transaction ??= new Transaction();
    return { name: "tx.select-ok" };
  },

  "tx.commit"(channel) {
    let refused = false;
    transactionOf(channel).commit({
      publish: ({ outgoing, mandatory }) => {
        if (!publishNow(channel, outgoing, mandatory)) refused = true;
      },
      settle: (kind, held) => channel.settle(kind, held),
    });
    if (refused) throw channelError(406, "partial tx completion");
    return { name: "tx.commit-ok" };
  },

  "tx.rollback"(channel) {
    channel.held.putBack(transactionOf(channel).abandon());
    return { name: "tx.rollback-ok" };
  },
};

function transactionOf({ transaction }: Channel): Transaction {
  if (transaction === null) throw channelError(406, "channel is not transactional");
  return transaction;
}
