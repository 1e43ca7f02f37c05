/** What a consumer's configuration becomes and must be: setConsumerConfigDefaults and checkConsumerCfg of nats-server, in its order. */
import { isLiteralSubject, isValidSubject } from "../model/subjects.ts";
import { type ConsumerConfig, filtersOf } from "./consumer-config.ts";
import { refuse } from "./consumer-refusals.ts";
import type { AccountLimits, StreamView } from "./contract.ts";
import { isSubset, subjectsCollide } from "./subject-sets.ts";
import { goDuration } from "./consumer-duration.ts";

const ACK_WAIT = 30_000_000_000;
const MAX_ACK_PENDING = 1000;
const MAX_WAITING = 512;
const PRIORITY_TIMEOUT = 120_000_000_000;
const MAX_NAME = 255;
const MAX_DESCRIPTION = 4 * 1024;
const MAX_METADATA = 128 * 1024;

export function withDefaults(
  config: ConsumerConfig,
  { limits }: StreamView,
  { maxAckPending: ofAccount = -1 }: AccountLimits,
): ConsumerConfig {
  const most = ofAccount > 0 ? Math.min(ofAccount, MAX_ACK_PENDING) : MAX_ACK_PENDING;
  const acknowledged = config.ack_policy !== "none";
  const maxAckPending =
    config.max_ack_pending ?? (limits.maxAckPending || (acknowledged ? most : 0));
  const ackWait = config.backoff?.[0] ?? config.ack_wait ?? (acknowledged ? ACK_WAIT : 0);
  const inactiveThreshold = config.inactive_threshold ?? limits.inactiveThreshold;
  const maxWaiting = config.max_waiting ?? (config.deliver_subject === undefined ? MAX_WAITING : 0);
  return {
    ...config,
    max_deliver: config.max_deliver ?? -1,
    ...(ackWait === 0 ? {} : { ack_wait: ackWait }),
    ...(maxWaiting === 0 ? {} : { max_waiting: maxWaiting }),
    ...(maxAckPending === 0 ? {} : { max_ack_pending: maxAckPending }),
    ...(inactiveThreshold === 0 ? {} : { inactive_threshold: inactiveThreshold }),
    ...(config.priority_policy === "pinned_client"
      ? { priority_timeout: config.priority_timeout ?? PRIORITY_TIMEOUT }
      : {}),
  };
}

/** @throws {ApiError} for what nats-server refuses. */
export function validate(config: ConsumerConfig, stream: StreamView, account: AccountLimits): void {
  checkReplicas(config, stream);
  checkBackoff(config);
  if (Buffer.byteLength(config.description ?? "") > MAX_DESCRIPTION)
    throw refuse("descriptionTooLong", MAX_DESCRIPTION);
  if (config.deliver_subject === undefined) checkPull(config, stream);
  else checkPush(config, config.deliver_subject, stream);
  checkAckPending(config, account.maxAckPending ?? -1);
  checkStreamLimits(config, stream);
  if (config.direct === true) {
    if (config.deliver_subject === undefined) throw refuse("directNeedsPush");
    if (config.durable_name !== undefined) throw refuse("directNeedsEphemeral");
  }
  checkFilters(config);
  checkStart(config);
  checkSampling(config.sample_freq);
  if (config.flow_control === true && config.idle_heartbeat === undefined)
    throw refuse("flowControlNeedsHeartbeat");
  if (
    config.durable_name !== undefined &&
    config.name !== undefined &&
    config.name !== config.durable_name
  )
    throw refuse("durableAndName");
  let metadata = 0;
  for (const pair of Object.entries(config.metadata ?? {}))
    metadata += Buffer.byteLength(pair.join(""));
  if (metadata > MAX_METADATA) throw refuse("metadataTooLong", `${MAX_METADATA / 1024}KB`);
  checkPriority(config);
}

export function checkGroup(group: string): void {
  if (!/^[a-zA-Z0-9/_=-]{1,16}$/.test(group)) throw refuse("badGroup");
}

export function checkName(name: string): void {
  if (name.length > MAX_NAME) throw refuse("nameTooLong", MAX_NAME);
  if (name === "" || /[ \t\r\n\f.*>]/.test(name)) throw refuse("badName");
}

export function checkBackoff({ backoff, max_deliver: maxDeliver = -1 }: ConsumerConfig): void {
  if (backoff !== undefined && maxDeliver !== -1 && backoff.length > maxDeliver)
    throw refuse("maxDeliverBackoff");
}

/** What a work queue asks of its consumers: each message is for exactly one of them. */
export function checkWorkQueue(config: ConsumerConfig, others: readonly ConsumerConfig[]): void {
  if (config.direct === true) return;
  if (config.ack_policy !== "explicit") throw refuse("workQueueExplicit");
  if (others.length > 0) {
    if (filtersOf(config).length === 0) throw refuse("workQueueUnfiltered");
    checkPartition(config, others);
  }
  if (config.deliver_policy !== "all") throw refuse("workQueueDeliverAll");
}

export function checkPartition(config: ConsumerConfig, others: readonly ConsumerConfig[]): void {
  for (const filter of filtersOf(config)) {
    for (const other of others) {
      const theirs = filtersOf(other);
      if (theirs.length === 0 || theirs.some((one) => subjectsCollide(one, filter)))
        throw refuse("workQueueNotUnique");
    }
  }
}

function checkReplicas(config: ConsumerConfig, { limits, retention }: StreamView): void {
  const replicas = config.num_replicas;
  if (replicas > 0 && replicas > limits.replicas) throw refuse("replicasExceedStream");
  if (replicas < 0) throw refuse("replicasNegative");
  if (retention !== "limits" && replicas !== 0 && replicas !== limits.replicas)
    throw refuse("replicasDiffer");
}

function checkPush(config: ConsumerConfig, subject: string, { limits }: StreamView): void {
  const tokens = subject.split(".");
  if (tokens.some((token) => token === "*" || token === ">")) throw refuse("deliverToWildcards");
  if (!isValidSubject(subject) || !isLiteralSubject(subject)) throw refuse("invalidDeliverSubject");
  if (limits.subjects.some((pattern) => isSubset(subject, pattern))) throw refuse("deliverCycle");
  if (config.max_waiting !== undefined) throw refuse("pushMaxWaiting");
  if ((config.max_ack_pending ?? 0) > 0 && config.ack_policy === "none")
    throw refuse("maxPendingNeedsAck");
  const heartbeat = config.idle_heartbeat ?? 0;
  if (heartbeat > 0 && heartbeat < 100_000_000) throw refuse("smallHeartbeat");
}

function checkPull(config: ConsumerConfig, { retention }: StreamView): void {
  if (config.ack_policy === "none" && retention === "workqueue") throw refuse("pullRequiresAck");
  if (config.rate_limit_bps !== undefined) throw refuse("pullRateLimit");
  if ((config.max_waiting ?? 0) < 0) throw refuse("maxWaitingNegative");
  if ((config.idle_heartbeat ?? 0) > 0) throw refuse("heartbeatNeedsPush");
  if (config.flow_control === true) throw refuse("flowControlNeedsPush");
  if ((config.max_batch ?? 0) < 0) throw refuse("maxBatchNegative");
  if (config.max_expires !== undefined && config.max_expires < 1_000_000)
    throw refuse("maxExpiresTooSmall");
}

function checkAckPending({ max_ack_pending: wanted = 0 }: ConsumerConfig, most: number): void {
  if (most > 0 && wanted > most) throw refuse("maxAckPendingExcess", most);
}

function checkStreamLimits(config: ConsumerConfig, { limits }: StreamView): void {
  checkAckPending(config, limits.maxAckPending);
  const threshold = limits.inactiveThreshold;
  if (threshold > 0 && (config.inactive_threshold ?? 0) > threshold)
    throw refuse("inactiveThresholdExcess", goDuration(threshold));
}

function checkFilters(config: ConsumerConfig): void {
  const { filter_subject: single, filter_subjects: many = [] } = config;
  if (single !== undefined && many.length > 0) throw refuse("filterAndFilters");
  if (many.includes("")) throw refuse("emptyFilter");
  const filters = filtersOf(config);
  for (const [index, filter] of filters.entries()) {
    if (!isValidSubject(filter)) throw refuse("streamInvalidConfig", "invalid subject");
    if (filters.some((other, at) => at !== index && subjectsCollide(filter, other)))
      throw refuse("filtersOverlap");
  }
}

function checkStart(config: ConsumerConfig): void {
  const policy = config.deliver_policy;
  const words = policy.replaceAll("_", " ");
  const unwanted = (start: string) =>
    refuse(
      "invalidPolicy",
      `consumer delivery policy is deliver ${words}, but optional start ${start} is also set`,
    );
  const missing = (what: string) =>
    refuse(
      "invalidPolicy",
      `consumer delivery policy is deliver ${words}, but optional ${what} is not set`,
    );
  const sequence = config.opt_start_seq !== undefined;
  const time = config.opt_start_time !== undefined;
  if (policy === "by_start_sequence") {
    if (!sequence) throw missing("start sequence");
    if (time) throw unwanted("time");
    return;
  }
  if (policy === "by_start_time") {
    if (!time) throw missing("start time");
    // nats-server's own slip of the tongue: "start start sequence".
    if (sequence) throw unwanted("start sequence");
    return;
  }
  if (sequence) throw unwanted("sequence");
  if (time) throw unwanted("time");
  if (policy === "last_per_subject" && filtersOf(config).length === 0)
    throw missing("filter subject");
}

function checkPriority(config: ConsumerConfig): void {
  const { priority_policy: policy, priority_groups: groups = [] } = config;
  if (policy === undefined) {
    if (groups.length > 0) throw refuse("groupWithoutPolicy");
    if (config.priority_timeout !== undefined) throw refuse("timeoutWithoutPolicy");
    return;
  }
  if (config.deliver_subject !== undefined) throw refuse("priorityNeedsPull");
  if (groups.length === 0) throw refuse("policyWithoutGroup");
  for (const group of groups) {
    if (group === "") throw refuse("emptyGroup");
    checkGroup(group);
  }
}

function checkSampling(frequency: string | undefined): void {
  if (frequency === undefined) return;
  const number = frequency.replace(/%$/, "");
  if (!/^[+-]?\d+$/.test(number))
    throw refuse(
      "invalidSampling",
      `strconv.Atoi: parsing ${JSON.stringify(number)}: invalid syntax`,
    );
  // As Go prints the error that there is none of.
  if (Number(number) < 0) throw refuse("invalidSampling", "%!s(<nil>)");
}
