/**
 * A stream read by a group: new entries (XREADGROUP), and those that another consumer has left idle (XAUTOCLAIM), in turn.
 * An entry stays pending until it is acknowledged; while it is in hand its idle time is reset, so that nobody else takes it.
 */
import type { ActiveSubscription, DriverContext, SubscribeRequest } from "../driver.ts";
import { messageOf } from "../errors.ts";
import type { StreamOptions } from "./channels.ts";
import { readEntries, readPending, readReply } from "./entries.ts";
import { GroupKeeper } from "./group-keeper.ts";
import { Hand } from "./hand.ts";
import { acquire } from "./lease.ts";
import { readEntry, type Answer } from "./message.ts";
import type { RedisStreamEntry } from "./options.ts";
import { NoMore, startReader, type Waiting } from "./reader.ts";
import { isReply } from "./reply-errors.ts";
import type { ConsumerName } from "./reliable-list.ts";
import type { Sender } from "./sender.ts";

/** How many pending entries are looked at in one go. */
const PAGE = 100;
/** An idle time that makes an entry free for whoever looks first: an hour. */
const ABANDONED = 3_600_000;

export async function subscribeGroup(
  request: SubscribeRequest,
  waiting: Waiting,
  sender: Sender,
  answer: Answer,
  logger: DriverContext["logger"],
  consumer: ConsumerName,
): Promise<ActiveSubscription & { release(): Promise<void> }> {
  const options = (request.channel?.options ?? {}) as StreamOptions & { group: string };
  const { group, minIdle = 60_000, deleteAfterAck = false } = options;
  const interval = options.claimInterval ?? Math.min(15_000, minIdle === false ? 15_000 : minIdle);
  const key = request.address.template;
  const { client } = waiting.link;
  const keeper = new GroupKeeper(client, key, group, options.from ?? "$", logger);
  await keeper.create();
  const lease = await acquire({
    sender,
    logger,
    key: (name) => `${key}:${group}:${name}:lease`,
    ...consumer,
  });
  const { name } = lease;
  const call = (command: string, words: (string | number)[]) =>
    sender.send((each) => each.call(command, [key, group, ...words]), {
      what: `settle entries of "${key}" (${command})`,
      repeatable: true,
    });

  /** Acknowledged while `adopt` looks: its list may still have them. */
  const settled = new Set<string>();
  let adopting = false;

  async function forget({ id }: RedisStreamEntry): Promise<void> {
    if (adopting) settled.add(id);
    await call("xack", [id]);
    if (deleteAfterAck)
      await sender.send((each) => each.xdel(key, id), {
        what: `delete an entry of "${key}"`,
        repeatable: true,
      });
  }

  const hand = new Hand<RedisStreamEntry>(
    request,
    {
      maxDeliveries: options.maxDeliveries,
      read: (entry) => readEntry(entry, answer),
      ack: forget,
      async reject(entry) {
        logger.warn(
          `the entry ${entry.id} of "${key}" is rejected: the group "${group}" is done with it`,
        );
        await forget(entry);
      },
      repeat: async ({ id }, attempt) =>
        void (await call("xclaim", [name, 0, id, "RETRYCOUNT", attempt, "JUSTID"])),
      release: async (entries) =>
        void (await call("xclaim", [
          name,
          0,
          ...entries.map(({ id }) => id),
          "IDLE",
          ABANDONED,
          "JUSTID",
        ])),
    },
    logger,
  );
  const inHand = () => new Set(hand.items.map(({ id }) => id));

  async function offer(entry: RedisStreamEntry, deliveries: number): Promise<void> {
    const { maxDeliveries = Infinity } = options;
    if (deliveries <= maxDeliveries) {
      hand.take(entry, deliveries);
      return;
    }
    logger.error(
      `the entry ${entry.id} of "${key}" was delivered ${deliveries - 1} times without success (maxDeliveries): the group "${group}" is done with it`,
    );
    await forget(entry);
  }

  /** What this consumer has pending and not in hand: left by an earlier process, or its reply was lost. */
  async function adopt(): Promise<void> {
    adopting = true;
    settled.clear();
    try {
      await adoptAll();
    } finally {
      adopting = false;
    }
  }

  async function adoptAll(): Promise<void> {
    let from = "-";
    for (;;) {
      const reply = await client.callBuffer("xpending", [key, group, from, "+", PAGE, name]);
      const page = readPending(reply);
      const known = inHand();
      const lost = page.filter(({ id }) => !known.has(id) && !settled.has(id));
      if (lost.length > 0) {
        const ids = lost.map(({ id }) => id);
        const claimed = await client.callBuffer("xclaim", [key, group, name, 0, ...ids]);
        const counts = new Map(lost.map(({ id, deliveries }) => [id, deliveries + 1]));
        for (const entry of readEntries(key, claimed))
          await offer(entry, counts.get(entry.id) ?? 2);
      }
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      from = `(${last.id}`;
    }
  }

  let cursor = "0-0";
  let claimAt = 0;

  /** Resolves with how many were idle and are taken. */
  async function claim(room: number): Promise<number> {
    const reply = await client.callBuffer("xautoclaim", [
      key,
      group,
      name,
      minIdle as number,
      cursor,
      "COUNT",
      room,
    ]);
    const [next, found] = reply as [Buffer, unknown[]];
    cursor = next.toString();
    if (cursor === "0-0") claimAt = performance.now() + interval;
    const known = inHand();
    const entries = readEntries(key, found).filter(({ id }) => !known.has(id));
    if (entries.length > 0)
      logger.info(
        `${entries.length} idle entries of "${key}" are taken over in the group "${group}"`,
      );
    for (const entry of entries) {
      const pending = await client.callBuffer("xpending", [key, group, entry.id, entry.id, 1]);
      await offer(entry, readPending(pending)[0]?.deliveries ?? 2);
    }
    return entries.length;
  }

  let claimedLast = false;
  async function take(room: number, block: number): Promise<void> {
    let wait = block;
    const due = minIdle !== false && performance.now() >= claimAt;
    // In turn, so that a heap of idle entries keeps no new one waiting, nor the other way round.
    if (due && !claimedLast) {
      const claimed = await claim(room);
      claimedLast = claimed > 0 || cursor !== "0-0";
      if (claimed > 0) return;
    } else claimedLast = false;
    if (minIdle !== false)
      wait = Math.max(1, Math.min(block, Math.ceil(claimAt - performance.now())));
    const reply = await client.callBuffer("xreadgroup", [
      "GROUP",
      group,
      name,
      "COUNT",
      room,
      "BLOCK",
      wait,
      "STREAMS",
      key,
      ">",
    ]);
    for (const entry of readReply(key, reply)) {
      keeper.seen(entry.id);
      hand.take(entry, 1);
    }
  }

  const guarded = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      if (!isReply(error, "NOGROUP")) throw error;
      if (options.onGroupMissing === "stop") {
        const problem = `the group "${group}" of the stream "${key}" is gone, and onGroupMissing is "stop"`;
        logger.error(`${problem}: nothing is read any more; restart the app to make it anew`);
        throw new NoMore(problem);
      }
      await keeper.recreate();
    }
  };

  /** Entries in hand are not idle, however long the handler takes. */
  const pulse = setInterval(
    () => {
      const ids = [...inHand()];
      if (ids.length === 0 || sender.link.lost) return;
      void call("xclaim", [name, 0, ...ids, "JUSTID"]).catch((error: unknown) => {
        if (!messageOf(error).includes("NOGROUP"))
          logger.warn(
            `could not keep the entries of "${key}" that are in hand: ${messageOf(error)}`,
          );
      });
    },
    Math.max(100, Math.min(10_000, (minIdle === false ? 60_000 : minIdle) / 3)),
  );
  pulse.unref();

  const reader = startReader({
    waiting,
    slots: hand.slots,
    logger,
    name: `the stream "${key}"`,
    room: () => hand.room,
    restore: () => guarded(adopt),
    take: (room, block) => guarded(() => take(room, block)),
  });
  const release = async () => {
    clearInterval(pulse);
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
