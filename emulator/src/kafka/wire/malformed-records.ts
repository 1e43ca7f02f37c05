/** Records that cannot be read as what they say they are. */
export class MalformedRecords extends Error {
  /** The broker expects some of it and is surprised by the rest. */
  readonly error:
    | "CORRUPT_MESSAGE"
    | "INVALID_RECORD"
    | "UNSUPPORTED_COMPRESSION_TYPE"
    | "UNKNOWN_SERVER_ERROR";

  constructor(error: MalformedRecords["error"], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "MalformedRecords";
    this.error = error;
  }
}
