/** What a request is answered: as RabbitMQ's management plugin words it. */
import { AmqpError } from "../model/errors.ts";

export interface Answer {
  readonly status: number;
  /** Becomes JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

export const created: Answer = { status: 201 };
export const done: Answer = { status: 204 };

/** PUT: 201 where it is new. */
export function put(isNew: boolean): Answer {
  return isNew ? created : done;
}

/** The answer to what cannot be done. */
export class ApiError extends Error {
  readonly answer: Answer;

  constructor(status: number, error: string, reason: unknown, headers?: Answer["headers"]) {
    super(error);
    this.name = "ApiError";
    this.answer = {
      status,
      body: { error, reason },
      ...(headers === undefined ? {} : { headers }),
    };
  }
}

export function badRequest(reason: unknown): ApiError {
  return new ApiError(400, "bad_request", reason);
}

/** 401 as in the plugin, where others say 403: the user is known, and may not. */
export function notAuthorised(reason: string): ApiError {
  return new ApiError(401, "not_authorised", reason);
}

export function notFound(reason: string): ApiError {
  return new ApiError(404, "not_found", reason);
}

/** There is nothing at this address. */
export function noSuchObject(): ApiError {
  return new ApiError(404, "Object Not Found", "Not Found");
}

export const LOGIN_REALM = { "www-authenticate": 'Basic realm="RabbitMQ Management"' } as const;

/** Does what changes the model without a channel: its refusals are told without the name of the code. */
export function changing<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof AmqpError)) throw error;
    if (error.code === 404) throw notFound(explanationOf(error));
    if (error.code === 403 || error.code === 530) throw notAuthorised("Access refused.");
    throw badRequest(explanationOf(error));
  }
}

/** Does what the plugin calls on a channel of its own. */
export function onChannel<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof AmqpError)) throw error;
    if (error.code === 404) throw notFound(error.message);
    if (error.code === 403) throw notAuthorised(error.message);
    throw channelEnded(error);
  }
}

/** Does what the plugin says on a channel of its own, where no answer but the end of the channel tells that it failed. */
export function sayingOnChannel<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof AmqpError ? channelEnded(error) : error;
  }
}

function channelEnded(error: AmqpError): ApiError {
  const text = error.closes === "channel" ? error.message : explanationOf(error);
  return badRequest(`${error.code} ${text}`);
}

function explanationOf({ message }: AmqpError): string {
  return message.slice(message.indexOf(" - ") + 3);
}
