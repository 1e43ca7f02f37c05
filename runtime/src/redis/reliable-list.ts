/**
 * A list from which a message moves to a processing list of this consumer's (BLMOVE), and is removed from there when it is
 * acknowledged. What a consumer that is gone has left there goes back to the list's head: by itself when it comes back,
 * else by another one when its lease has expired.
 */
import type { ActiveSubscription, DriverContext, SubscribeRequest } from "../driver.ts";
import { messageOf } from "../errors.ts";
import type { ListOptions } from "./channels.ts";
import { isSealed } from "./envelope.ts";
import { Hand } from "./hand.ts";
import { acquire, LEASE } from "./lease.ts";
import { readList, type Answer } from "./message.ts";
import { startReader, type Waiting } from "./reader.ts";
import type { Sender } from "./sender.ts";

/** How many are moved at once when the handler takes many. */
const MOST_AT_ONCE = 100;

/**
 * Gives back all that a consumer has left, unless it lives: then how long its lease lasts, in ms, negative. Atomic: it
 * may come back at this moment.
 */
const RECOVER = `
local left = redis.call("pttl", KEYS[1])
if left ~= -2 then return -math.max(left, 1) end
local moved = 0
while redis.call("lmove", KEYS[2], KEYS[3], "RIGHT", "LEFT") do moved = moved + 1 end
redis.call("srem", KEYS[4], ARGV[1])
return moved`;

/** Gives back one message, unless somebody else has done it. */
const RETURN = `
if redis.call("lrem", KEYS[1], -1, ARGV[1]) == 0 then return 0 end
return redis.call("lpush", KEYS[2], ARGV[1])`;

export interface ConsumerName {
  readonly name: string;
  readonly exact: boolean;
}

export async function subscribeReliableList(
  request: SubscribeRequest,
  waiting: Waiting,
  sender: Sender,
  answer: Answer,
  logger: DriverContext["logger"],
  consumer: ConsumerName & { readonly cluster: boolean },
): Promise<ActiveSubscription & { release(): Promise<void> }> {
  const options = (request.channel?.options ?? {}) as ListOptions;
  const key = request.address.template;
  const base = options.processing ?? `${sameSlot(key, consumer.cluster)}:processing`;
  const processingOf = (name: string) => `${base}:${name}`;
  const leaseOf = (name: string) => `${base}:${name}:lease`;
  const consumers = `${base}:consumers`;
  const lease = await acquire({ sender, logger, key: leaseOf, ...consumer });
  const processing = processingOf(lease.name);
  const { client } = waiting.link;
  const what = `settle a message of "${key}"`;
  /** Acknowledged, but Redis has not confirmed it. */
  const settling: Buffer[] = [];
  /** Acknowledged while `adopt` looks: its list may still have them. */
  let removed: Buffer[] | undefined;

  const hand = new Hand<Buffer>(
    request,
    {
      read: (data) => readList({ list: key, data }, answer),
      ack: (data) => remove(data),
      async reject(data) {
        const { rejected } = options;
        logger.warn(
          rejected === undefined
            ? `a message of "${key}" is rejected and dropped`
            : `a message of "${key}" is rejected and goes to "${rejected}"`,
        );
        // First there, then away from here: rather twice than not at all.
        if (rejected !== undefined)
          await sender.send((each) => each.rpush(rejected, data), { what, repeatable: true });
        await remove(data);
      },
      async release(items) {
        // The first one comes to stand before the others.
        for (const data of items.toReversed())
          await sender.send((each) => each.eval(RETURN, 2, processing, key, data), { what });
      },
    },
    logger,
  );

  async function remove(data: Buffer): Promise<void> {
    settling.push(data);
    removed?.push(data);
    // Messages without our envelope may be alike: not to be removed twice.
    const repeatable = isSealed(data);
    try {
      const count = await sender.send((each) => each.lrem(processing, -1, data), {
        what,
        repeatable,
      });
      if (count === 0 && !repeatable)
        logger.warn(
          `a message of "${key}" was not in the processing list any more when it was acknowledged: another consumer may have handled it, too`,
        );
    } finally {
      settling.splice(settling.indexOf(data), 1);
    }
  }

  /** With a new connection: what was moved without our hearing of it is taken now. */
  async function adopt(): Promise<void> {
    await client.sadd(consumers, lease.name);
    removed = [...settling];
    const there = (await client.callBuffer("lrange", processing, 0, -1)) as Buffer[];
    // In hand and being settled: once is enough.
    const known = [...new Set([...hand.items, ...removed])];
    removed = undefined;
    // The oldest of a processing list stands on its left.
    for (const data of there) {
      const index = known.findIndex((each) => each.equals(data));
      if (index >= 0) known.splice(index, 1);
      else hand.take(data, 1);
    }
  }

  /** At the beginning: what an earlier process of this name has left goes back to the head of the list. */
  async function returnOwn(): Promise<void> {
    let moved = 0;
    const move = () => client.lmove(processing, key, "RIGHT", "LEFT");
    while ((await move()) !== null) moved++;
    if (moved > 0)
      logger.info(`${moved} messages of "${key}" that were left in hand are in the list again`);
  }

  /** Resolves with when to look again, in ms. */
  async function recover(): Promise<number> {
    let next = LEASE;
    const names = await sender.send((each) => each.smembers(consumers), { what, repeatable: true });
    for (const name of names) {
      if (name === lease.name) continue;
      const keys = [leaseOf(name), processingOf(name), key, consumers];
      const moved = Number(
        await sender.send((each) => each.eval(RECOVER, keys.length, ...keys, name), {
          what: `recover what "${name}" left of "${key}"`,
          repeatable: true,
        }),
      );
      if (moved < 0) next = Math.min(next, 100 - moved);
      if (moved > 0)
        logger.warn(
          `${moved} messages of "${key}" that "${name}" had in hand are in the list again: it is gone`,
        );
    }
    return next;
  }

  let timer: NodeJS.Timeout | undefined;
  let released = false;
  function recoverIn(ms: number): void {
    if (released) return;
    timer = setTimeout(async () => {
      const { link } = sender;
      let next = LEASE;
      try {
        // After an outage all leases have expired, and everybody needs time to renew them.
        const calm = link.epoch === 0 || performance.now() - link.since > LEASE;
        if (calm && !link.lost) next = await recover();
      } catch (error) {
        logger.error(
          `could not look for what lost consumers of "${key}" left: ${messageOf(error)}`,
        );
      }
      recoverIn(next);
    }, ms).unref();
  }

  try {
    await returnOwn();
    recoverIn(await recover());
  } catch (error) {
    await lease.release();
    throw error;
  }

  const reader = startReader({
    waiting,
    slots: hand.slots,
    logger,
    name: `the list "${key}"`,
    room: () => hand.room,
    restore: adopt,
    async take(room, block) {
      const first = (await client.callBuffer("blmove", [
        key,
        processing,
        "LEFT",
        "RIGHT",
        block / 1000,
      ])) as Buffer | null;
      if (first === null) return;
      hand.take(first, 1);
      const others = Array.from({ length: Math.min(room - 1, MOST_AT_ONCE) }, async () => {
        const next = await client.callBuffer("lmove", key, processing, "LEFT", "RIGHT");
        if (next !== null) hand.take(next as Buffer, 1);
      });
      await Promise.all(others);
    },
  });
  const release = async () => {
    released = true;
    clearTimeout(timer);
    await lease.release();
  };
  return {
    redelivers: true,
    problem: () => reader.problem(),
    async drain() {
      hand.close();
      await reader.stop();
      await hand.drain();
      await release();
    },
    release,
  };
}

/** All keys of one command must be on one node of a cluster. */
function sameSlot(key: string, cluster: boolean): string {
  return cluster && !/\{[^}]+\}/.test(key) ? `{${key}}` : key;
}
