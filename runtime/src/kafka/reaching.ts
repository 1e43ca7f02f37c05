/** Whether a broker answers: when an app connects, and after a loss. */
import { within } from "../abortable.ts";
import { ConnectError } from "../errors.ts";
import type { Clients } from "./client.ts";
import { reasonOf, typeOf } from "./failure.ts";

/** One attempt for each address. @throws {ConnectError} with what to do */
export async function reach(clients: Clients, timeout: number): Promise<void> {
  const retries = clients.shown.split(",").length - 1;
  const lease = clients.open({ initialRetryTime: 10, maxRetryTime: 10, retries });
  const admin = lease.admin();
  try {
    await within(
      admin.connect(),
      timeout,
      () => new ConnectError(`no answer within ${timeout} ms`),
    );
    await admin.disconnect();
  } catch (cause) {
    if (/SASL|authentication/i.test(`${nameOf(cause)} ${typeOf(cause)} ${reasonOf(cause)}`)) {
      throw new ConnectError(
        `Kafka at ${clients.shown} refused the credentials (${reasonOf(cause)}): check \`sasl\``,
        { cause },
      );
    }
    throw new ConnectError(
      `Kafka at ${clients.shown} does not answer (${reasonOf(cause)}): start a broker (\`npx millrace-emulator\` or Apache Kafka), check \`tls\`, or set MILLRACE_KAFKA_URL`,
      { cause },
    );
  } finally {
    lease.release();
  }
}

/** One attempt, without a word about what to do: there are more to come. */
export async function probe(clients: Clients): Promise<void> {
  const lease = clients.open({ initialRetryTime: 10, maxRetryTime: 10, retries: 0 });
  const admin = lease.admin({ once: true });
  try {
    await within(
      (async () => {
        await admin.connect();
        await admin.listTopics();
      })(),
      5000,
      () => new ConnectError("no answer within 5000 ms"),
    );
  } finally {
    await within(admin.disconnect(), 1000, () => new ConnectError("does not end")).catch(
      () => undefined,
    );
    lease.release();
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "");
