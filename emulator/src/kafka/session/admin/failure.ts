/** How answers say what was wrong: a code, and a text where there is more to say than the code does. */
import { KafkaError } from "../../model/errors.ts";
import type { ErrorName } from "../../wire/error-codes.ts";

export interface Failure {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export const success: Failure = { errorCode: 0, errorMessage: null };

/** Where Kafka leaves the text as it is by default, which is empty. */
export const wordlessSuccess: Failure = { errorCode: 0, errorMessage: "" };

/** What is no KafkaError is a fault of ours. */
export function failure(error: unknown): Failure {
  if (!(error instanceof KafkaError)) throw error;
  const { code, message } = error;
  return { errorCode: code, errorMessage: message === error.error ? null : message };
}

/** `action` either succeeds, or Kafka's reason why not is the answer. */
export function attempt(action: () => void): Failure {
  try {
    action();
    return success;
  } catch (error) {
    return failure(error);
  }
}

/** An error that comes with Kafka's own text for its code, where nothing else is said. */
export function plain(error: ErrorName): KafkaError {
  return new KafkaError(error, texts[error]);
}

/** https://kafka.apache.org/protocol#protocol_error_codes */
const texts: Partial<Record<ErrorName, string>> = {
  UNKNOWN_TOPIC_OR_PARTITION: "This server does not host this topic-partition.",
  UNKNOWN_TOPIC_ID: "This server does not host this topic ID.",
  INVALID_REQUEST:
    "This most likely occurs because of a request being malformed by the client library or the message was sent to an incompatible broker. See the broker logs for more details.",
  TOPIC_AUTHORIZATION_FAILED: "Topic authorization failed.",
  GROUP_AUTHORIZATION_FAILED: "Group authorization failed.",
  CLUSTER_AUTHORIZATION_FAILED: "Cluster authorization failed.",
  PREFERRED_LEADER_NOT_AVAILABLE: "The preferred leader was not available.",
  ELECTION_NOT_NEEDED: "Leader election not needed for topic partition.",
};
