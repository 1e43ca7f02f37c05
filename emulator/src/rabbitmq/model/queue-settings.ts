/** What a queue's arguments and the policy that applies say together. */
import type { FieldTable } from "../wire/values.ts";
import type { Message } from "./contract.ts";
import type { Policies } from "./policies.ts";

/** null where nothing is said. Times in ms. */
export interface QueueSettings {
  readonly messageTtl: number | null;
  readonly expires: number | null;
  readonly maxLength: number | null;
  readonly maxBytes: number | null;
  readonly overflow: "drop-head" | "reject-publish" | "reject-publish-dlx";
  readonly deadLetterExchange: string | null;
  readonly deadLetterRoutingKey: string | null;
  /** x-dead-letter-strategy, where it can be kept: dead letters that no queue takes stay. */
  readonly atLeastOnce: boolean;
  readonly deliveryLimit: number | null;
}

/** Of two numbers the smaller applies. Of other things the argument, but that quorum queues listen to the policy in some. */
export function readSettings(
  table: FieldTable,
  queue: { readonly name: string; readonly type: "classic" | "quorum" },
  policies: Policies,
): QueueSettings {
  const { definition } = policies.ofQueue(queue.name, queue.type);
  const smaller = (name: string) => {
    const [own, policy] = [numberIn(table, name), definition[name]];
    if (typeof policy !== "number") return own;
    return own === null ? policy : Math.min(own, policy);
  };
  const text = (name: string, policyFirst = false) => {
    const [own, policy] = [textIn(table, name), definition[name]];
    if (typeof policy !== "string") return own;
    return own === null || policyFirst ? policy : own;
  };
  const isQuorum = queue.type === "quorum";
  const overflow = overflowOf(text("overflow", isQuorum), isQuorum);
  const deadLetterExchange = text("dead-letter-exchange");
  const policyExpires = definition["expires"];
  return {
    messageTtl: smaller("message-ttl"),
    expires: isQuorum && typeof policyExpires === "number" ? policyExpires : smaller("expires"),
    maxLength: smaller("max-length"),
    maxBytes: smaller("max-length-bytes"),
    overflow,
    deadLetterExchange,
    deadLetterRoutingKey: text("dead-letter-routing-key"),
    atLeastOnce:
      isQuorum &&
      deadLetterExchange !== null &&
      overflow === "reject-publish" &&
      text("dead-letter-strategy") === "at-least-once",
    deliveryLimit: isQuorum ? smaller("delivery-limit") : null,
  };
}

/** How long a message may wait, ms. */
export function timeToLive({ messageTtl }: QueueSettings, { content }: Message): number | null {
  if (!content.has("expiration")) return messageTtl;
  const own = Number(content.properties.expiration);
  return messageTtl === null ? own : Math.min(own, messageTtl);
}

function overflowOf(said: string | null, isQuorum: boolean): QueueSettings["overflow"] {
  if (said === "reject-publish") return said;
  return said === "reject-publish-dlx" && !isQuorum ? said : "drop-head";
}

function numberIn(table: FieldTable, name: string): number | null {
  const field = table.get(`x-${name}`);
  if (field === undefined || !("value" in field)) return null;
  // x-delivery-limit is not checked: what is no number is more than any number to Erlang, and limits nothing.
  return typeof field.value === "number" || typeof field.value === "bigint"
    ? Number(field.value)
    : Number.POSITIVE_INFINITY;
}

function textIn(table: FieldTable, name: string): string | null {
  const field = table.get(`x-${name}`);
  return field?.type === "longstr" ? field.value.toString() : null;
}
