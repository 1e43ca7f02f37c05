/** What kafkajs' errors say: it wraps the one that matters in others. */

/** Whether it may go well another time. */
export function passes(error: Error): boolean {
  const root = rootOf(error);
  return "retriable" in root && root.retriable === true;
}

function rootOf(error: Error): Error {
  return error.cause instanceof Error ? rootOf(error.cause) : error;
}

/** Kafka's name of a protocol error: UNKNOWN_TOPIC_OR_PARTITION. */
export function typeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("type" in error && typeof error.type === "string") return error.type;
  return typeOf(error.cause);
}

/** What went wrong, as kafkajs said it at the bottom of its errors. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("errors" in error && Array.isArray(error.errors) && error.errors.length > 0)
    return error.errors.map(reasonOf).join("; ");
  return error.cause instanceof Error && error.name !== "KafkaJSProtocolError"
    ? reasonOf(error.cause)
    : error.message;
}
