/** Writes each payment into the ledger: a Kafka topic that is kept, in order for each customer. */
import { App } from "millrace";
import { KafkaBroker } from "millrace/kafka";
import { NatsBroker } from "millrace/nats";
import { LedgerEntry, Payment } from "../contracts.ts";

const broker = new NatsBroker();
const log = new KafkaBroker({ topics: { create: true } });

export const entries = log.publisher("ledger.entries", { schema: LedgerEntry });

export const enter = broker.subscriber(
  "payments.taken",
  { schema: Payment, group: "ledger" },
  async ({ orderId, customerId, amount }, { logger }) => {
    logger.info("%s pays %d EUR", customerId, amount);
    await entries.publish({ orderId, customerId, amount }, { key: customerId });
  },
);

export const app = new App(broker, log, { title: "ledger" });
