/** What a client did wrong, in Kafka's codes: https://kafka.apache.org/protocol#protocol_error_codes */
import type { ErrorName } from "../wire/error-codes.ts";
import { errorCodes } from "../wire/error-codes.ts";

export class KafkaError extends Error {
  readonly code: number;
  readonly error: ErrorName;

  /** `message` goes to the client where the answer has room for one. */
  constructor(error: ErrorName, message?: string) {
    super(message ?? error);
    this.name = "KafkaError";
    this.error = error;
    this.code = errorCodes[error];
  }
}

/** Some records of a batch were refused. Unlike of other errors of Produce, clients are told the text, and which. */
export class RecordValidationError extends KafkaError {
  readonly recordErrors: readonly RecordError[];

  constructor(error: "INVALID_RECORD" | "INVALID_TIMESTAMP", recordErrors: readonly RecordError[]) {
    const shown = recordErrors
      .slice(0, 3)
      .map(({ index, message }) => `RecordError(batchIndex=${index}, message='${message}')`);
    super(
      error,
      error === "INVALID_TIMESTAMP"
        ? "One or more records have been rejected due to invalid timestamp"
        : `One or more records have been rejected due to ${recordErrors.length} record errors in total, and only showing the first three errors at most: [${shown.join(", ")}]`,
    );
    this.recordErrors = recordErrors;
  }
}

export interface RecordError {
  /** In its batch, from 0 on. */
  readonly index: number;
  readonly message: string;
}

/** What `action` is refused with; NONE where it is done. */
export function refusalOf(action: () => unknown): ErrorName {
  try {
    action();
    return "NONE";
  } catch (error) {
    if (error instanceof KafkaError) return error.error;
    throw error;
  }
}
