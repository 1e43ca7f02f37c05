/** A list whose messages are gone as soon as they are taken: BLPOP, and LPOP for those that follow. At most once. */
import type { ActiveSubscription, DriverContext, SubscribeRequest } from "../driver.ts";
import { readList, type Answer } from "./message.ts";
import { startReader, type Waiting } from "./reader.ts";
import { Slots } from "./slots.ts";

export function subscribeList(
  { address, concurrency, deliver }: SubscribeRequest,
  waiting: Waiting,
  answer: Answer,
  logger: DriverContext["logger"],
): ActiveSubscription {
  const key = address.template;
  const slots = new Slots(concurrency);
  const { client } = waiting.link;

  const handle = async (data: Buffer): Promise<void> => {
    slots.take();
    try {
      await deliver(readList({ list: key, data }, answer));
    } finally {
      slots.free();
    }
  };
  const reader = startReader({
    waiting,
    slots,
    logger,
    name: `the list "${key}"`,
    room: () => slots.room,
    async take(room, block) {
      const found = (await client.callBuffer("blpop", key, block / 1000)) as
        | [Buffer, Buffer]
        | null;
      if (found === null) return;
      void handle(found[1]);
      if (room === 1) return;
      const others = (await client.callBuffer("lpop", key, room - 1)) as Buffer[] | null;
      for (const data of others ?? []) void handle(data);
    },
  });
  return {
    redelivers: false,
    problem: () => reader.problem(),
    async drain() {
      await reader.stop();
      await slots.until(() => slots.room === concurrency);
    },
  };
}
