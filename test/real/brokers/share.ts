import { inject } from "vitest";
import { lend, NotAvailable, type RealBroker } from "./server.ts";
import type { Answer } from "./shared.ts";

/**
 * The RabbitMQ that all test files of a run share: only the first waits for it. What others left there is still there,
 * so names must be a test's own; it cannot be killed or restarted (`startRabbitmq` makes one that can).
 */
export const shareRabbitmq = (): Promise<RealBroker> => share("rabbitmq");

/** The Kafka that all test files of a run share, on the same terms (`startKafka` makes one that can be killed). */
export const shareKafka = (): Promise<RealBroker> => share("kafka");

async function share(name: "kafka" | "rabbitmq"): Promise<RealBroker> {
  const response = await fetch(`${inject("sharedBrokers")}/${name}`);
  const answer = (await response.json()) as Answer;
  if ("error" in answer)
    throw answer.installed ? new Error(answer.error) : new NotAvailable(answer.error);
  return lend(
    answer,
    new Error(`${name} is shared by all test files of this run; start one of your own`),
  );
}
