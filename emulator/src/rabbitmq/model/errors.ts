/**
 * What RabbitMQ answers instead of doing what was asked. A soft error costs the channel, a hard one the connection.
 * https://www.rabbitmq.com/amqp-0-9-1-reference#constants
 */

const REPLIES = {
  311: "CONTENT_TOO_LARGE",
  313: "NO_CONSUMERS",
  320: "CONNECTION_FORCED",
  402: "INVALID_PATH",
  403: "ACCESS_REFUSED",
  404: "NOT_FOUND",
  405: "RESOURCE_LOCKED",
  406: "PRECONDITION_FAILED",
  501: "FRAME_ERROR",
  502: "SYNTAX_ERROR",
  503: "COMMAND_INVALID",
  504: "CHANNEL_ERROR",
  505: "UNEXPECTED_FRAME",
  506: "RESOURCE_ERROR",
  530: "NOT_ALLOWED",
  540: "NOT_IMPLEMENTED",
  541: "INTERNAL_ERROR",
} as const;

export type ReplyCode = keyof typeof REPLIES;

/** An error that the client is told of; `closes` says what it costs. */
export class AmqpError extends Error {
  readonly code: ReplyCode;
  readonly closes: "channel" | "connection";

  constructor(code: ReplyCode, explanation: string, closes: "channel" | "connection") {
    super(shortened(explanation === "" ? REPLIES[code] : `${REPLIES[code]} - ${explanation}`));
    this.name = "AmqpError";
    this.code = code;
    this.closes = closes;
  }
}

/** A reply text is a short string. RabbitMQ cuts it so. */
function shortened(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length <= 255 ? text : `${withoutHalf(bytes.subarray(0, 252))}...`;
}

/** As text, without the part of a letter at its end. */
function withoutHalf(bytes: Buffer): string {
  return new TextDecoder().decode(bytes, { stream: true });
}

/** Closes the channel. */
export function channelError(code: ReplyCode, explanation: string): AmqpError {
  return new AmqpError(code, explanation, "channel");
}

/** Closes the connection. */
export function connectionError(code: ReplyCode, explanation: string): AmqpError {
  return new AmqpError(code, explanation, "connection");
}

/** What is said where RabbitMQ's channel crashes: closes the connection, and explains nothing. */
export function internalError(): AmqpError {
  return connectionError(541, "");
}
