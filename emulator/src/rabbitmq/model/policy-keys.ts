/** The settings that a policy may have: what they may be, for which queues they are, in RabbitMQ's words where they are not. */
import type { QueueType } from "./contract.ts";
import { erlangTerm } from "./erlang-term.ts";
import type { PolicyDefinition, PolicyKind } from "./policies.ts";

/** A policy that cannot be set. The message is what the management API answers. */
export class InvalidPolicy extends Error {
  constructor(explanation: string, options?: ErrorOptions) {
    super(`Validation failed\n\n${explanation}\n`, options);
    this.name = "InvalidPolicy";
  }
}

/** A policy with one of these settings does not apply to queues of the type. */
export const NOT_FOR: Readonly<Record<QueueType, readonly string[]>> = {
  classic: [
    "max-age",
    "stream-max-segment-size-bytes",
    "queue-leader-locator",
    "initial-cluster-size",
    "delivery-limit",
    "dead-letter-strategy",
  ],
  quorum: [
    "queue-mode",
    "ha-mode",
    "ha-params",
    "ha-sync-mode",
    "ha-promote-on-shutdown",
    "ha-promote-on-failure",
    "max-age",
    "stream-max-segment-size-bytes",
    "initial-cluster-size",
  ],
  stream: [
    "expires",
    "message-ttl",
    "dead-letter-exchange",
    "dead-letter-routing-key",
    "max-length",
    "max-in-memory-length",
    "max-in-memory-bytes",
    "overflow",
    "queue-mode",
    "delivery-limit",
    "ha-mode",
    "ha-params",
    "ha-sync-mode",
    "ha-promote-on-shutdown",
    "ha-promote-on-failure",
    "dead-letter-strategy",
  ],
};

interface Setting {
  readonly accepts: (value: unknown) => boolean;
  /** What is wrong: "… is not a valid message TTL". */
  readonly noun: string;
  /** Operator policies set limits only. */
  readonly operator?: true;
}

const text = (value: unknown) => typeof value === "string";
const whole = (least: number) => (value: unknown) =>
  typeof value === "number" && Number.isInteger(value) && value >= least;
const oneOf =
  (...values: unknown[]) =>
  (value: unknown) =>
    values.includes(value);
/** What speaks of mirrors is kept and has no effect: there is one node. */
const anything = () => true;

const SETTINGS: Readonly<Record<string, Setting>> = {
  "alternate-exchange": { accepts: text, noun: "alternate exchange name" },
  "dead-letter-exchange": { accepts: text, noun: "dead letter exchange name" },
  "dead-letter-routing-key": { accepts: text, noun: "dead letter routing key" },
  "dead-letter-strategy": {
    accepts: oneOf("at-most-once", "at-least-once"),
    noun: "dead letter strategy",
  },
  "message-ttl": { accepts: whole(0), noun: "message TTL", operator: true },
  expires: { accepts: whole(1), noun: "queue expiry", operator: true },
  "max-length": { accepts: whole(0), noun: "maximum length", operator: true },
  "max-length-bytes": { accepts: whole(0), noun: "maximum length in bytes", operator: true },
  "max-in-memory-length": { accepts: whole(0), noun: "maximum memory in bytes", operator: true },
  "max-in-memory-bytes": { accepts: whole(0), noun: "maximum memory in bytes", operator: true },
  "delivery-limit": { accepts: whole(0), noun: "delivery limit", operator: true },
  "queue-mode": { accepts: oneOf("default", "lazy"), noun: "queue-mode value" },
  "queue-version": { accepts: oneOf(1, 2), noun: "queue-version value" },
  overflow: {
    accepts: oneOf("drop-head", "reject-publish", "reject-publish-dlx"),
    noun: "overflow value",
  },
  "max-age": {
    accepts: (value) => typeof value === "string" && /^\d+[YMDhms]$/.test(value),
    noun: "max age",
  },
  "stream-max-segment-size-bytes": { accepts: whole(0), noun: "segment size" },
  "queue-leader-locator": {
    accepts: oneOf("client-local", "balanced", "random", "least-leaders"),
    noun: "queue leader locator value",
  },
  "initial-cluster-size": { accepts: whole(0), noun: "cluster size" },
  "ha-mode": { accepts: oneOf("all", "exactly", "nodes"), noun: "ha-mode value" },
  "ha-params": { accepts: anything, noun: "ha-params value" },
  "ha-sync-mode": { accepts: anything, noun: "ha-sync-mode value" },
  "ha-sync-batch-size": { accepts: anything, noun: "ha-sync-batch-size value" },
  "ha-promote-on-shutdown": { accepts: anything, noun: "ha-promote-on-shutdown value" },
  "ha-promote-on-failure": { accepts: anything, noun: "ha-promote-on-failure value" },
};

/** @throws {InvalidPolicy} */
export function checkDefinition(kind: PolicyKind, definition: PolicyDefinition): void {
  const entries = Object.entries(definition).sort(([one], [other]) => (one < other ? -1 : 1));
  if (entries.length === 0) throw new InvalidPolicy("no policy provided");
  const known = (key: string) => {
    const setting = Object.hasOwn(SETTINGS, key) ? SETTINGS[key] : undefined;
    return kind === "policy" || setting?.operator ? setting : undefined;
  };
  for (const [key, value] of entries) {
    const setting = known(key);
    if (setting !== undefined && !setting.accepts(value))
      throw new InvalidPolicy(`${erlangTerm(value)} is not a valid ${setting.noun}`);
  }
  const unknown = entries.filter(([key]) => known(key) === undefined);
  if (unknown.length > 0) {
    const listed = unknown.map(([key, value]) => `{${erlangTerm(key)},${erlangTerm(value)}}`);
    throw new InvalidPolicy(`[${listed.join(",")}] are not recognised policy settings`);
  }
}
