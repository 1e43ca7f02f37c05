/** What may be changed of a consumer that exists: checkNewConsumerConfig of nats-server, in its order and words. */
import type { ConsumerConfig } from "./consumer-config.ts";
import { refuse } from "./consumer-refusals.ts";
import { checkBackoff } from "./consumer-validation.ts";

/** `hasInterest`: whether somebody is subscribed to a deliver subject. @throws {ApiError} */
export function checkUpdate(
  old: ConsumerConfig,
  wanted: ConsumerConfig,
  hasInterest: (subject: string) => boolean,
): void {
  if (sameConfig(old, wanted)) return;
  for (const [name, words] of fixed) {
    if (!same(name, old[name], wanted[name]))
      throw refuse("createFailed", `${words} can not be updated`);
  }
  if (old.deliver_subject !== wanted.deliver_subject) {
    if (old.deliver_subject === undefined)
      throw refuse("createFailed", "can not update pull consumer to push based");
    if (wanted.deliver_subject === undefined)
      throw refuse("createFailed", "can not update push consumer to pull based");
    if (hasInterest(old.deliver_subject)) throw refuse("nameInUse");
  }
  if (old.max_waiting !== wanted.max_waiting)
    throw refuse("createFailed", "max waiting can not be updated");
  checkBackoff(wanted);
}

export function sameConfig(one: ConsumerConfig, other: ConsumerConfig): boolean {
  return canonical(one) === canonical(other);
}

const fixed = [
  ["deliver_policy", "deliver policy"],
  ["opt_start_seq", "start sequence"],
  ["opt_start_time", "start time"],
  ["ack_policy", "ack policy"],
  ["replay_policy", "replay policy"],
  ["idle_heartbeat", "heart beats"],
  ["flow_control", "flow control"],
] as const;

function same(name: keyof ConsumerConfig, one: unknown, other: unknown): boolean {
  const times = name === "opt_start_time" && typeof one === "string" && typeof other === "string";
  return times ? Date.parse(one) === Date.parse(other) : one === other;
}

/** The order of fields tells nothing. */
function canonical(config: ConsumerConfig): string {
  return JSON.stringify(config, (_, value: unknown) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
