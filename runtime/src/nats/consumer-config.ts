/** A subscriber's options as a consumer's configuration, and what the two may not disagree about. Pure. */
import type { Channel } from "../channel.ts";
import type { Address } from "../address.ts";
import { DeclarationError } from "../errors.ts";
import { nanos } from "./api.ts";
import { optionsOf, type JetStreamChannelOptions } from "./channels.ts";
import type { From, PullOptions } from "./stream-options.ts";
import { differences, onWire, type Field, type Wire } from "./topology.ts";

/** What one subscription wants of a consumer. */
export interface ConsumerSpec {
  readonly stream: string;
  /** The name of a durable consumer; undefined: this subscription's own, forgotten with it. */
  readonly durable: string | undefined;
  readonly filters: readonly string[];
  readonly acknowledges: boolean;
  readonly from: From;
  readonly declared: object;
}

const FIELDS = {
  ackWait: ["ack_wait", "ms"],
  maxDeliver: ["max_deliver"],
  backoff: ["backoff", "ms"],
  maxAckPending: ["max_ack_pending"],
  inactiveThreshold: ["inactive_threshold", "ms"],
  headersOnly: ["headers_only"],
  replay: ["replay_policy"],
} satisfies Partial<Record<keyof PullOptions, Field>>;

/** ms; the server's own five seconds are shorter than a restart. */
const FORGOTTEN_AFTER = 300_000;

/** ms; how often an idle consumer that pushes says that it is there. */
const HEARTBEAT = 2500;

/** The consumer of a stream's subjects. */
export function consumerSpec(
  stream: string,
  channel: Channel | undefined,
  { pattern }: Pick<Address, "pattern">,
  options: PullOptions,
): ConsumerSpec {
  const { durable = options.group } = optionsOf<JetStreamChannelOptions>(channel);
  return {
    stream,
    durable,
    filters: [pattern, ...(options.subjects ?? [])],
    acknowledges: channel?.type !== "jetstream-ordered",
    from: options.from ?? (durable === undefined ? "new" : "all"),
    declared: options,
  };
}

/** The configuration to create it with. `after`: it goes on behind this sequence instead of where it was declared to begin. */
export function configOf(
  spec: ConsumerSpec,
  name: string,
  more: { after?: number | undefined; deliverTo?: string | undefined },
): Wire {
  const { filters } = spec;
  return {
    name,
    ...(spec.durable === undefined
      ? {
          inactive_threshold: nanos(FORGOTTEN_AFTER),
          ...(spec.acknowledges ? {} : { mem_storage: true, num_replicas: 1, max_deliver: 1 }),
        }
      : { durable_name: name }),
    ack_policy: spec.acknowledges ? "explicit" : "none",
    replay_policy: "instant",
    ...(filters.length === 1 ? { filter_subject: filters[0] } : { filter_subjects: filters }),
    ...(more.after === undefined
      ? beginning(spec.from)
      : { deliver_policy: "by_start_sequence", opt_start_seq: more.after + 1 }),
    ...onWire(spec.declared, FIELDS),
    ...(more.deliverTo === undefined
      ? {}
      : spec.durable === undefined
        ? { deliver_subject: more.deliverTo, idle_heartbeat: nanos(HEARTBEAT) }
        : { deliver_subject: more.deliverTo, deliver_group: name }),
  };
}

/** What is otherwise at a consumer that exists, for the log. */
export const consumerDifferences = (spec: ConsumerSpec, config: Wire): string[] =>
  differences(spec.declared, FIELDS, config);

/**
 * A consumer that gets other messages, or in another way, is somebody else's.
 * @throws {DeclarationError} saying which.
 */
export function refuseForeign(spec: ConsumerSpec, config: Wire, push: boolean): void {
  const text = `the consumer "${spec.durable}" of stream "${spec.stream}"`;
  const there =
    (config["filter_subjects"] as string[] | undefined) ??
    [config["filter_subject"] as string | undefined].filter((each) => each !== undefined);
  const sorted = (filters: readonly string[]) => filters.toSorted().join(", ");
  if (sorted(there) !== sorted(spec.filters))
    throw new DeclarationError(
      `${text} receives ${there.length === 0 ? "everything" : sorted(there)}, this subscriber wants ${sorted(spec.filters)}: give it another group, or delete the consumer`,
    );
  if ((config["deliver_subject"] !== undefined) !== push)
    throw new DeclarationError(
      `${text} is a ${push ? "pull" : "push"} consumer: ${push ? "leave out" : "declare the subscriber with"} deliver: "push", or delete the consumer`,
    );
  if (config["ack_policy"] !== "explicit")
    throw new DeclarationError(
      `${text} has the ack policy "${String(config["ack_policy"])}", and a subscriber needs "explicit": delete the consumer`,
    );
}

function beginning(from: From): Wire {
  if (typeof from === "string") return { deliver_policy: from.replaceAll("-", "_") };
  return "sequence" in from
    ? { deliver_policy: "by_start_sequence", opt_start_seq: from.sequence }
    : { deliver_policy: "by_start_time", opt_start_time: from.time.toISOString() };
}
