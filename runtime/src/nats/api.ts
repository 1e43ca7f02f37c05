/** JetStream's API: JSON requests on `$JS.API.>`. https://docs.nats.io/reference/reference-protocols/nats_api_reference */
import { within } from "../abortable.ts";
import { ConnectError, messageOf, MillraceError } from "../errors.ts";
import { codeOf, type Link } from "./link.ts";

/** JetStream answered with an error. */
export class ApiError extends MillraceError {
  /** Like an HTTP status. */
  readonly code: number;
  /** Which error it is, precisely: 10059 stream not found, 10014 consumer not found … */
  readonly reason: number;
  constructor(message: string, code: number, reason: number) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

export const STREAM_NOT_FOUND = 10059;
export const CONSUMER_NOT_FOUND = 10014;

/** Whether an error of the API says so. */
export const isApiError = (error: unknown, ...reasons: number[]): error is ApiError =>
  error instanceof ApiError && reasons.includes(error.reason);

export interface Api {
  /** Before each operation: `$JS.API`, or that of a domain. */
  readonly prefix: string;
  readonly link: Link;
  /** Asks for an operation: `STREAM.INFO.ORDERS`. @throws {ApiError}; {ConnectError} where there is no answer. */
  call<Answer>(operation: string, body?: object): Promise<Answer>;
}

/** ms; the client's own default. */
const PATIENCE = 5000;

export function createApi(link: Link, domain: string | undefined): Api {
  const prefix = domain === undefined ? "$JS.API" : `$JS.${domain}.API`;
  return {
    prefix,
    link,
    async call<Answer>(operation: string, body?: object): Promise<Answer> {
      const late = () =>
        new ConnectError(`JetStream does not answer ${operation} within ${PATIENCE} ms`);
      if (link.lost !== undefined) await within(link.lost, PATIENCE, late);
      const payload = body === undefined ? "" : JSON.stringify(body);
      const answer = await link.client
        .request(`${prefix}.${operation}`, payload, { timeout: PATIENCE })
        .catch((cause: unknown) => {
          throw codeOf(cause) === link.nats.ErrorCode.NoResponders
            ? new ConnectError(
                "JetStream is not enabled on this NATS server: start nats-server with -js, or give the account JetStream",
                { cause },
              )
            : new ConnectError(`JetStream does not answer ${operation}: ${messageOf(cause)}`, {
                cause,
              });
        });
      return readAnswer<Answer>(answer.data);
    },
  };
}

/** What JetStream answers to a request or a publish. @throws {ApiError} */
export function readAnswer<Answer>(data: Uint8Array): Answer {
  const answer = JSON.parse(new TextDecoder().decode(data)) as Answer & {
    error?: { code: number; err_code?: number; description?: string };
  };
  if (answer.error !== undefined) {
    const { code, err_code: reason = 0, description = "" } = answer.error;
    throw new ApiError(description, code, reason);
  }
  return answer;
}

/** ms → ns, the unit of JetStream's durations. */
export const nanos = (ms: number): number => Math.round(ms * 1e6);
