/** What RabbitMQ refuses, said so that one knows what to do. */
import { ConnectError, DeclarationError, messageOf, MillraceError } from "../errors.ts";

/** An error of amqplib where the server closed a channel or the connection. */
interface Refusal extends Error {
  readonly code: number;
}

/** Whether the server said no, rather than that the connection was lost. */
export function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && typeof (error as { code?: unknown }).code === "number";
}

/**
 * Whether trying again is in vain, although the whole connection was closed for it: an unknown exchange type (503,
 * before RabbitMQ 3.13.3), something that is not implemented (540), a consumer tag that is taken (530).
 */
export const isFinal = (error: unknown): error is Refusal =>
  isRefusal(error) && [503, 530, 540].includes(error.code);

/** Whether a moment later the answer may be another: a stream is there before its leader is. */
export const isPassing = (error: unknown): boolean =>
  isRefusal(error) && textOf(error).includes("does not have a replica on the local node");

/** RabbitMQ's own text: `PRECONDITION_FAILED - inequivalent arg …`. */
export function textOf(error: unknown): string {
  const said = messageOf(error);
  return /with message "([\s\S]*)"$/.exec(said)?.[1] ?? said;
}

/** Why something could not be declared or consumed. `what`: whose declaration it was. */
export function refusal(error: unknown, what: string): MillraceError {
  if (error instanceof DeclarationError || error instanceof ConnectError) return error;
  const text = textOf(error);
  const options = { cause: error };
  switch (isRefusal(error) ? error.code : undefined) {
    case 406:
      return new DeclarationError(
        text.includes("inequivalent arg")
          ? `${what} exists and is different: RabbitMQ says ${text}. Declare it as it is, declare it passive, or delete it first`
          : `${what} cannot be: RabbitMQ says ${text}`,
        options,
      );
    case 404:
      return new DeclarationError(
        `${what} is not complete: RabbitMQ says ${text}. Create what is missing, or do not declare it passive`,
        options,
      );
    case 405:
      return new DeclarationError(
        `${what} belongs to another connection: RabbitMQ says ${text}`,
        options,
      );
    case 403:
      return new ConnectError(
        `RabbitMQ refuses ${what}: it says ${text}. Give the user permission, or choose another name`,
        options,
      );
    case 503:
    case 530:
    case 540:
      return new DeclarationError(`${what} cannot be: RabbitMQ says ${text}`, options);
    default:
      return new ConnectError(`${what} could not be declared (${text})`, options);
  }
}
