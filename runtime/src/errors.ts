/** One class for each thing a caller would handle differently. Each says who, what and what to do, and keeps its cause. */

/** Base of all errors that millrace throws: `error instanceof MillraceError`. */
export class MillraceError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A declaration that cannot work: wrong address, impossible combination of options. Thrown where it is declared or at start. */
export class DeclarationError extends MillraceError {}

/** An address that cannot be parsed or filled. */
export class AddressError extends DeclarationError {}

/** The broker could not be reached or refused us. */
export class ConnectError extends MillraceError {}

/** The broker's client package is not installed. */
export class ClientMissingError extends MillraceError {
  constructor(client: string, options?: { cause?: unknown }) {
    super(`the package "${client}" is not installed: npm i ${client}`, options);
  }
}

/** A message could not be handed to the broker. */
export class PublishError extends MillraceError {}

/** A request got no answer, or an answer that says it failed. */
export class RequestError extends MillraceError {
  /** `no-responders`: nobody listens. `timeout`: no answer in time. `failed`: the other side's handler threw. `unsupported`: this broker cannot. */
  readonly reason: "no-responders" | "timeout" | "failed" | "unsupported";
  constructor(reason: RequestError["reason"], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.reason = reason;
  }
}

/** A payload that cannot be decoded. */
export class DecodeError extends MillraceError {}

/** A message that does not fit its schema. */
export class ValidationError extends MillraceError {
  readonly issues: readonly { message: string; path: readonly PropertyKey[] }[];
  constructor(message: string, issues: ValidationError["issues"]) {
    super(message);
    this.issues = issues;
  }
}

/** A handler or a drain that did not end in time. */
export class DeadlineError extends MillraceError {}

/** Thrown by a handler: settle this message as done, whatever the ack policy. */
export class AckMessage extends MillraceError {
  constructor(reason = "acknowledged by the handler") {
    super(reason);
  }
}

/** Thrown by a handler: deliver this message again, after `delay` ms where the broker can. */
export class NackMessage extends MillraceError {
  readonly delay: number | undefined;
  constructor(reason = "sent back by the handler", options: { delay?: number } = {}) {
    super(reason);
    this.delay = options.delay;
  }
}

/** Thrown by a handler: drop or dead-letter this message; it will never be handled. */
export class RejectMessage extends MillraceError {
  constructor(reason = "rejected by the handler") {
    super(reason);
  }
}

/** What an error says. For localhost Node tries two addresses and gives an error with a code but no message. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ("code" in error ? String(error.code) : error.name);
}
