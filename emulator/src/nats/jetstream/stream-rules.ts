/**
 * What a stream's configuration must be, and what of it may change: checkStreamCfg and configUpdateCheck of nats-server 2.10,
 * in their order, as the first thing wrong is what the client is told.
 */
import { isValidSubject } from "../model/subjects.ts";
import { invalid, refusal } from "./errors.ts";
import { checkOrigins } from "./source-rules.ts";
import { isStreamName, NS_PER_MS, type StreamConfig } from "./stream-config.ts";
import { checkCounter, checkFeatures, checkFeatureUpdate } from "./stream-feature-rules.ts";
import { isSubset, subjectsCollide } from "./subject-sets.ts";
import { SubjectTransform } from "./subject-transform.ts";

const MAX_NAME = 255;
const MAX_DESCRIPTION = 4 * 1024;
const MAX_METADATA = 128 * 1024;
const MAX_REPLICAS = 5;

/** Gives the configuration with the subjects it has by default. @throws {ApiError} */
export function checkConfig(
  config: StreamConfig,
  others: (name: string) => StreamConfig | undefined,
): StreamConfig {
  const { name } = config;
  if (!isStreamName(name)) invalid("stream name is required and can not contain '.', '*', '>'");
  if (name.length > MAX_NAME) invalid(`stream name is too long, maximum allowed is ${MAX_NAME}`);
  if (Buffer.byteLength(config.description ?? "") > MAX_DESCRIPTION)
    invalid(`stream description is too long, maximum allowed is ${MAX_DESCRIPTION}`);
  const metadata = Object.entries(config.metadata ?? {});
  const length = metadata.reduce((sum, entry) => sum + Buffer.byteLength(entry.join("")), 0);
  if (length > MAX_METADATA)
    invalid(`stream metadata exceeds maximum size of ${MAX_METADATA} bytes`);
  if (config.num_replicas > MAX_REPLICAS) invalid(`maximum replicas is ${MAX_REPLICAS}`);
  if (config.num_replicas < 0) throw refusal("replicasNegative");
  checkTimes(config);
  if (config.deny_purge && config.allow_rollup_hdrs)
    invalid("roll-ups require the purge permission");
  checkCounter(config);
  checkDiscard(config);
  const mirrored = checkOrigins(checkFeatures(config), others);
  const subjects = config.subjects ?? [];
  checkSubjects(config, subjects);
  const own = subjects.length === 0 && !mirrored.mirror && !mirrored.sources ? [name] : subjects;
  checkRepublish(config, own);
  return { ...mirrored, subjects: own.length === 0 ? undefined : own };
}

/** What an update may not change. `next` has been checked; gives it with what being sealed means. @throws {ApiError} */
export function checkUpdate(before: StreamConfig, next: StreamConfig): StreamConfig {
  const refuse = (what: string): never => invalid(`stream configuration update ${what}`);
  if (next.max_consumers !== before.max_consumers) refuse("can not change MaxConsumers");
  if (next.storage !== before.storage) refuse("can not change storage type");
  if (
    next.retention !== before.retention &&
    (next.retention === "workqueue" || before.retention === "workqueue")
  )
    refuse("can not change retention policy to/from workqueue");
  if (next.template_owner !== undefined) refuse("can not be owned by a template");
  if (before.sealed && !next.sealed) refuse("can not unseal a sealed stream");
  if (before.deny_delete && !next.deny_delete) refuse("can not cancel deny message deletes");
  if (before.deny_purge && !next.deny_purge) refuse("can not cancel deny purge");
  if (JSON.stringify(before.mirror) !== JSON.stringify(next.mirror))
    throw refusal("mirrorNotUpdatable");
  checkFeatureUpdate(before, next);
  if (!next.sealed) return next;
  return {
    ...next,
    max_age: 0,
    discard: "new",
    deny_delete: true,
    deny_purge: true,
    allow_rollup_hdrs: false,
  };
}

function checkTimes({ max_age, duplicate_window = 0 }: StreamConfig): void {
  const least = 100 * NS_PER_MS;
  if (max_age > 0 && max_age < least) invalid("max age needs to be >= 100ms");
  if (duplicate_window < 0) invalid("duplicates window can not be negative");
  if (max_age !== 0 && duplicate_window > max_age)
    invalid("duplicates window can not be larger then max age");
  if (duplicate_window > 0 && duplicate_window < least)
    invalid("duplicates window needs to be >= 100ms");
}

function checkDiscard(config: StreamConfig): void {
  if (!config.discard_new_per_subject) return;
  if (config.discard !== "new")
    invalid("discard new per subject requires discard new policy to be set");
  if (config.max_msgs_per_subject <= 0)
    invalid("discard new per subject requires max msgs per subject > 0");
}

function checkSubjects(config: StreamConfig, subjects: readonly string[]): void {
  const seen = new Set<string>();
  for (const subject of subjects) {
    if (!isValidSubject(subject)) invalid("invalid subject");
    if (seen.has(subject)) invalid("duplicate subjects detected");
    seen.add(subject);
    if (config.no_ack) continue;
    if (subject === ">") invalid("capturing all subjects requires no-ack to be true");
    const within = (whole: string) => isSubset(subject, whole);
    if ((within("$JS.>") || within("$JSC.>")) && !within("$JS.EVENT.>"))
      invalid("subjects that overlap with jetstream api require no-ack to be true");
    if (within("$SYS.>") && !within("$SYS.ACCOUNT.>"))
      invalid("subjects that overlap with system api require no-ack to be true");
  }
  for (const one of subjects) {
    const other = subjects.find((each) => each !== one && subjectsCollide(each, one));
    if (other !== undefined)
      invalid(`subject ${JSON.stringify(one)} overlaps with ${JSON.stringify(other)}`);
  }
}

function checkRepublish({ republish }: StreamConfig, subjects: readonly string[]): void {
  if (republish === undefined) return;
  const { src, dest } = republish;
  if (subjects.some((subject) => subjectsCollide(dest, subject)))
    invalid("stream configuration for republish destination forms a cycle");
  if (SubjectTransform.of(src, dest) === undefined)
    invalid(
      `stream configuration for republish with transform from '${src}' to '${dest}' not valid`,
    );
}
