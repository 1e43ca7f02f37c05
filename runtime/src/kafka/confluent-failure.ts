/** Errors of Confluent's client in the terms that failure.ts reads: librdkafka has its own names, and codes below 0 of its own. */

/** Gives an error Kafka's name, and says whether it may go well another time. `said`: what the client logged of it. */
export function asKafkasError(error: unknown, said = ""): Error {
  const given = error instanceof Error ? error : new Error(String(error));
  const name = nameOf(given);
  if (name === undefined) return given;
  const local = name.startsWith("ERR__");
  const type = NAMES[name] ?? (local ? undefined : name.replace(/^ERR_/, ""));
  return Object.assign(given, {
    message: said === "" ? given.message : `${given.message}: ${said}`,
    type,
    retriable: PASSING.test(name),
  });
}

/** What is refused before it is sent comes as librdkafka's own error, which has a code only. */
function nameOf(error: Error): string | undefined {
  const { type, code } = error as { type?: unknown; code?: unknown };
  return typeof type === "string" ? type : CODES[String(code)];
}

const CODES: Readonly<Record<string, string>> = {
  "10": "ERR_MSG_SIZE_TOO_LARGE",
  "-184": "ERR__QUEUE_FULL",
  "-188": "ERR__UNKNOWN_TOPIC",
};

/** What keeps a consumer out of its group for good, or until somebody changes something; it goes on trying by itself. */
export function whatKeepsOut(text: string): Error | undefined {
  const type = Object.keys(KEEPING_OUT).find((each) => KEEPING_OUT[each]?.test(text));
  return type === undefined ? undefined : Object.assign(new Error(text), { type });
}

const KEEPING_OUT: Readonly<Record<string, RegExp>> = {
  GROUP_AUTHORIZATION_FAILED: /Group authorization failed/,
  TOPIC_AUTHORIZATION_FAILED: /Topic authorization failed/,
  INCONSISTENT_GROUP_PROTOCOL: /Inconsistent group protocol/,
  FENCED_INSTANCE_ID: /fenced by other consumer/,
};

/** Where librdkafka's name is not Kafka's. */
const NAMES: Readonly<Record<string, string>> = {
  ERR__UNKNOWN_TOPIC: "UNKNOWN_TOPIC_OR_PARTITION",
  ERR_UNKNOWN_TOPIC_OR_PART: "UNKNOWN_TOPIC_OR_PARTITION",
  ERR__MSG_SIZE_TOO_LARGE: "MESSAGE_TOO_LARGE",
  ERR_MSG_SIZE_TOO_LARGE: "MESSAGE_TOO_LARGE",
};

const PASSING =
  /^ERR_(_TRANSPORT|_TIMED_OUT|_MSG_TIMED_OUT|_TIMED_OUT_QUEUE|_ALL_BROKERS_DOWN|_RESOLVE|_QUEUE_FULL|_RETRY|_WAIT_COORD|_LEADER|LEADER_NOT_AVAILABLE|NOT_LEADER|REQUEST_TIMED_OUT|NETWORK_EXCEPTION|BROKER_NOT_AVAILABLE|REPLICA_NOT_AVAILABLE|NOT_ENOUGH_REPLICAS|COORDINATOR|GROUP_COORDINATOR|NOT_COORDINATOR|GROUP_LOAD_IN_PROGRESS|REBALANCE_IN_PROGRESS|NOT_CONTROLLER|UNKNOWN_TOPIC_OR_PART)/;
