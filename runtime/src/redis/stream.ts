/** A stream without a group: each subscriber reads all of it (XREAD), from where it was after a lost connection. At most once. */
import type { ActiveSubscription, DriverContext, SubscribeRequest } from "../driver.ts";
import { createIntake } from "../intake.ts";
import type { StreamOptions } from "./channels.ts";
import { readEntries, readReply } from "./entries.ts";
import { readEntry, type Answer } from "./message.ts";
import type { RedisStreamEntry } from "./options.ts";
import { startReader, type Waiting } from "./reader.ts";
import type { Sender } from "./sender.ts";
import { Slots } from "./slots.ts";

/** So many entries are read ahead: nothing is claimed by that, and each read costs a round trip. */
const AHEAD = 100;

export async function subscribeStream(
  { address, channel, concurrency, deliver }: SubscribeRequest,
  waiting: Waiting,
  sender: Sender,
  answer: Answer,
  logger: DriverContext["logger"],
): Promise<ActiveSubscription> {
  const { from = "$" } = (channel?.options ?? {}) as StreamOptions;
  const key = address.template;
  const ahead = new Slots(Math.max(AHEAD, concurrency));
  const { client } = waiting.link;
  const intake = createIntake(concurrency, async (entry: RedisStreamEntry) => {
    try {
      await deliver(readEntry(entry, answer));
    } finally {
      ahead.free();
    }
  });

  /** `$` would be another place after each wait. */
  async function newest(): Promise<string> {
    const reply = await client.callBuffer("xrevrange", [key, "+", "-", "COUNT", 1]);
    return readEntries(key, reply)[0]?.id ?? "0-0";
  }
  let last = from === "$" ? await newest() : from;

  function take(reply: unknown): void {
    for (const entry of readReply(key, reply)) {
      last = entry.id;
      ahead.take();
      intake.push(entry);
    }
  }

  const reader = startReader({
    waiting,
    slots: ahead,
    logger,
    name: `the stream "${key}"`,
    room: () => ahead.room,
    async take(room, block) {
      const words = ["COUNT", room, "BLOCK", block, "STREAMS", key, last];
      take(await client.callBuffer("xread", words));
    },
  });
  return {
    redelivers: false,
    problem: () => reader.problem(),
    async drain() {
      await reader.stop();
      // What is there by now has arrived.
      if (ahead.room > 0 && !sender.link.lost)
        await sender
          .send((each) => each.callBuffer("xread", ["COUNT", ahead.room, "STREAMS", key, last]), {
            what: `read the stream "${key}"`,
            repeatable: true,
            timeout: 1000,
          })
          .then(take, () => undefined);
      await intake.drain(() => true);
    },
  };
}
