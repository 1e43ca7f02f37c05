/** What a scheduled message must say of itself, before a stream keeps it. */
import { isLiteralSubject, isValidSubject } from "../model/subjects.ts";
import type { Heard } from "./contract.ts";
import { headerValue, withHeaders } from "./header-block.ts";
import { readTimeToLive } from "./message-ttl.ts";
import { refusePublish } from "./publish-refusals.ts";
import { nextDue } from "./schedule-pattern.ts";
import type { StreamConfig } from "./stream-config.ts";
import { subjectsCollide } from "./subject-sets.ts";

interface Surrounding {
  readonly config: StreamConfig;
  readonly now: number;
  /** Whether the subject's last message is no schedule; false where there is none. */
  isOrdinary(subject: string): boolean;
}

/** Gives a schedule with the roll-up that makes it the only one of its subject. @throws {ApiError} */
export function checkSchedule(draft: Heard, { config, now, isOrdinary }: Surrounding): Heard {
  const { subject, headers } = draft;
  const header = (name: string) => headerValue(headers, name) ?? "";
  const allowed = config.allow_msg_schedules === true;
  let checked = draft;
  if (isSchedule(draft, now, allowed)) {
    if (!allowed) throw refusePublish("schedulesDisabled");
    const ttl = readTimeToLive(header("Nats-Schedule-TTL"));
    if (ttl === null) throw refusePublish("badScheduleTtl");
    const onward = header("Nats-Schedule-Rollup");
    if (onward !== "" && onward !== "sub") throw refusePublish("badScheduleRollup");
    if (header("Nats-Schedule-TTL") !== "" && !config.allow_msg_ttl)
      throw refusePublish("ttlDisabled");
    const [target, source] = [header("Nats-Schedule-Target"), header("Nats-Schedule-Source")];
    const mine = (other: string) =>
      config.subjects?.some((each) => subjectsCollide(each, other)) === true;
    const usable = (other: string) => isName(other) && other !== subject;
    if (!usable(target)) throw refusePublish("badScheduleTarget");
    if (source !== "" && (!usable(source) || source === target))
      throw refusePublish("badScheduleSource");
    if (!mine(target)) throw refusePublish("badScheduleTarget");
    if (source !== "" && !mine(source)) throw refusePublish("badScheduleSource");
    const rollup = header("Nats-Rollup");
    if (rollup !== "" && rollup !== "sub") throw refusePublish("badScheduleRollup");
    if (rollup === "")
      checked = { ...draft, headers: withHeaders(headers, [["Nats-Rollup", "sub"]]) };
  }
  checkEnd(draft, allowed, isOrdinary);
  return checked;
}

/** A message may end a schedule of another subject: Nats-Schedule-Next with "purge". */
function checkEnd(
  { subject, headers }: Heard,
  allowed: boolean,
  isOrdinary: (subject: string) => boolean,
): void {
  const next = headerValue(headers, "Nats-Schedule-Next") ?? "";
  const scheduler = headerValue(headers, "Nats-Scheduler") ?? "";
  if (next === "" && scheduler === "") return;
  if (next !== "purge" || scheduler === subject || !isName(scheduler))
    throw refusePublish("badScheduler");
  if (!allowed) throw refusePublish("schedulesDisabled");
  if (isOrdinary(scheduler)) throw refusePublish("badScheduler");
}

function isSchedule({ headers }: Heard, now: number, allowed: boolean): boolean {
  if (allowed) return nextDue(headers, now, now) !== undefined;
  // What is wrong with it does not matter then.
  return (
    (headerValue(headers, "Nats-Schedule") ?? "") !== "" ||
    headerValue(headers, "Nats-Schedule-Time-Zone") === ""
  );
}

function isName(subject: string): boolean {
  return isValidSubject(subject) && isLiteralSubject(subject);
}
