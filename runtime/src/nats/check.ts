/** Options that cannot go together, told where they are declared. */
import { parseAddress, SUBJECTS } from "../address.ts";
import type { Complain, Subscribable } from "../driver.ts";
import { checkBucket } from "./buckets.ts";
import { optionsOf, type JetStreamChannelOptions, type KvChannelOptions } from "./channels.ts";
import type { PullOptions } from "./stream-options.ts";

/** @throws {DeclarationError} naming the option. */
export function checkSubscription({ channel, options }: Subscribable, complain: Complain): void {
  if (channel === undefined) return;
  const given = options as PullOptions & { reply?: unknown };
  if (given.reply !== undefined)
    complain("reply: a stream's messages expect no answer; subscribe to the plain subject");
  if (channel.type === "kv" || channel.type === "objects") {
    checkBucket(optionsOf<KvChannelOptions>(channel).bucket);
    return;
  }
  const { stream, deliver, ordered, durable } = optionsOf<JetStreamChannelOptions>(channel);
  const name = typeof stream === "string" ? stream : stream.name;
  if (!isName(name)) complain(`stream "${name}": a name has no spaces, dots, wildcards or slashes`);
  if (ordered === true && deliver === "push")
    complain('deliver: "push" and ordered: an ordered consumer pulls; leave one of them out');
  const consumer = durable ?? given.group;
  const option = durable === undefined ? "group" : "durable";
  if (ordered === true && consumer !== undefined)
    complain(`${option} and ordered: order cannot be shared; leave one of them out`);
  if (durable !== undefined && given.group !== undefined)
    complain("group and durable: both name the consumer; leave one of them out");
  if (consumer !== undefined && !isName(consumer))
    complain(
      `${option} "${consumer}": a consumer's name has no spaces, dots, wildcards or slashes`,
    );
  const { ackWait, backoff, maxDeliver, prefetch } = given;
  if (ackWait !== undefined && backoff !== undefined)
    complain("ackWait and backoff: backoff says when a message comes again; leave one of them out");
  if (backoff !== undefined && maxDeliver !== undefined && maxDeliver <= backoff.length)
    complain(
      `maxDeliver ${maxDeliver}: it must be more than the ${backoff.length} steps of backoff`,
    );
  if (prefetch !== undefined && (!Number.isInteger(prefetch) || prefetch < 0))
    complain(`prefetch ${prefetch}: give a whole number from 0`);
  if (given.subjects?.length === 0) complain("subjects: []: leave it out");
  for (const subject of given.subjects ?? []) parseAddress(subject, SUBJECTS);
}

const isName = (text: string): boolean => /^[^\s.*>/\\]+$/.test(text);
