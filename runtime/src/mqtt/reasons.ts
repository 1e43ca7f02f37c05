/** What a broker's reason codes (MQTT 5, 2.4) and 3.1.1's return codes (3.2.2.3) mean, and what to do about them. */
import { ConnectError, messageOf } from "../errors.ts";

/** Reason codes that the driver acts upon. */
export const NO_SUBSCRIBERS = 0x10;
export const SESSION_TAKEN_OVER = 0x8e;

const NOT_AUTHORIZED = 0x87;
const REFUSED = 0x80;

const names: Readonly<Record<number, string>> = {
  0x80: "unspecified error",
  0x81: "malformed packet",
  0x82: "protocol error",
  0x83: "implementation specific error",
  0x84: "unsupported protocol version",
  0x85: "client id not valid",
  0x86: "bad user name or password",
  0x87: "not authorized",
  0x88: "server unavailable",
  0x89: "server busy",
  0x8a: "banned",
  0x8b: "server shutting down",
  0x8c: "bad authentication method",
  0x8d: "keep-alive timeout",
  0x8e: "session taken over",
  0x8f: "topic filter invalid",
  0x90: "topic name invalid",
  0x91: "packet id in use",
  0x92: "packet id not found",
  0x93: "receive maximum exceeded",
  0x94: "topic alias invalid",
  0x95: "packet too large",
  0x96: "message rate too high",
  0x97: "quota exceeded",
  0x98: "administrative action",
  0x99: "payload format invalid",
  0x9a: "retain not supported",
  0x9b: "QoS not supported",
  0x9c: "use another server",
  0x9d: "server moved",
  0x9e: "shared subscriptions not supported",
  0x9f: "connection rate exceeded",
  0xa0: "maximum connect time",
  0xa1: "subscription identifiers not supported",
  0xa2: "wildcard subscriptions not supported",
};

const credentials = "check user and password";
const connecting: Readonly<Record<number, string>> = {
  // 3.1.1's return codes.
  1: "it does not speak this version of MQTT: set protocol",
  2: "set another name: the broker does not take the client id",
  4: credentials,
  5: credentials,
  0x84: "it does not speak this version of MQTT: set protocol",
  0x85: "set another name: the broker does not take the client id",
  0x86: credentials,
  0x87: credentials,
  0x88: "try again later",
  0x89: "try again later",
  0x8a: "this client is banned: ask whoever runs the broker",
  0x8c: "it wants another kind of authentication: pass in a client of your own",
  0x90: "it does not take the topic of the will",
  0x95: "make the will smaller",
  0x97: "it has too many clients or sessions: ask whoever runs the broker",
  0x99: "the will's payload is not what payloadFormat says",
  0x9a: "leave retain out of the will: the broker keeps no messages",
  0x9b: "lower the will's qos: the broker does not take it",
  0x9c: "set the URL of the other server",
  0x9d: "set the URL of the other server",
  0x9f: "too many clients connect at once: start fewer replicas at a time",
};

const publishing: Readonly<Record<number, string>> = {
  0x87: "its access list must let this user publish there",
  0x90: "the broker does not take this topic: see its rules for topic names",
  0x91: "publish again",
  0x92: "it may or may not have arrived: the broker had forgotten it half way",
  0x95: "make it smaller, or raise the broker's maximum packet size",
  0x96: "publish more slowly",
  0x97: "the broker keeps no more for now: publish again later, and look for subscribers that do not keep up",
  0x99: "its payload is not what payloadFormat says",
  0x9a: "leave retain out: the broker keeps no messages",
  0x9b: "lower qos: the broker does not take it",
};

const subscribing: Readonly<Record<number, string>> = {
  0x80: "its access list must let this user subscribe to it",
  0x87: "its access list must let this user subscribe to it",
  0x8f: "the broker does not take this filter: see its rules for topic filters",
  0x97: "this client has too many subscriptions for it: ask whoever runs the broker",
  0x9e: "leave group out: the broker has no shared subscriptions",
  0xa2: "the broker takes no wildcards: subscribe to each topic by itself",
};

/** A CONNACK that says no, as an error that says what to do. */
export function connectRefused(address: string, code: number, cause: unknown): ConnectError {
  const what = [4, 5, 0x86, NOT_AUTHORIZED].includes(code) ? "the credentials" : "the connection";
  return new ConnectError(
    `MQTT at ${address} refused ${what} (${named(code, cause)}): ${connecting[code] ?? "see the broker's log"}`,
    { cause },
  );
}

/** Why a publish was refused, and what to do; `said`: the broker's own words. */
export function publishRefused(code: number, cause: unknown, said: string | undefined): string {
  const words = said === undefined ? "" : `, ${JSON.stringify(said)}`;
  return `the broker refused it (${named(code, cause)}${words}): ${publishing[code] ?? "see the broker's log"}`;
}

/** Why a subscription was refused, and what to do; `shared`: it is a group's. */
export function subscribeRefused(code: number, cause: unknown, shared: boolean): string {
  // Brokers that do not know shared subscriptions take the filter for a topic nobody may read.
  const perhaps =
    shared && (code === REFUSED || code === 0x8f)
      ? ", or it has no shared subscriptions, which a `group` needs"
      : "";
  return `the broker refuses it (${named(code, cause)}): ${subscribing[code] ?? "see the broker's log"}${perhaps}`;
}

/** A DISCONNECT from the broker (MQTT 5, 3.14), as the cause of a lost connection. */
export function disconnected(packet: {
  readonly reasonCode?: number;
  readonly properties?: { readonly reasonString?: string; readonly serverReference?: string };
}): ConnectError {
  const { reasonCode = 0, properties = {} } = packet;
  const { reasonString, serverReference } = properties;
  const elsewhere =
    serverReference === undefined ? "" : `; it points to ${JSON.stringify(serverReference)}`;
  const text = reasonString === undefined ? "" : `: ${JSON.stringify(reasonString)}`;
  return new ConnectError(`the broker ended it: ${nameOf(reasonCode)}${text}${elsewhere}`);
}

/** The reason code behind a client's error, if there is one: its own, or that of the SUBACK it brings. */
export function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, packet } = error as Error & {
    code?: unknown;
    packet?: { granted?: readonly number[] };
  };
  return typeof code === "number" ? code : packet?.granted?.find((each) => each >= REFUSED);
}

function named(code: number, cause: unknown): string {
  return names[code] === undefined ? messageOf(cause) : nameOf(code);
}

const nameOf = (code: number): string =>
  `${names[code] ?? "no reason given"}, 0x${code.toString(16).padStart(2, "0")}`;
