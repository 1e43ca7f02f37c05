/** A subscription to a channel, to those that a template matches, or to a pattern. At most once. */
import type { ActiveSubscription, DriverContext, SubscribeRequest } from "../driver.ts";
import { ConnectError, messageOf, MillraceError } from "../errors.ts";
import { createIntake } from "../intake.ts";
import { globOf } from "./glob.ts";
import type { Hub, Topic } from "./hub.ts";
import { readChannel, type Answer } from "./message.ts";
import type { RedisChannelMessage } from "./options.ts";

/** From here on a queue is worth a warning, at each doubling. */
const MANY_WAITING = 10_000;

export async function subscribeChannel(
  { address, channel, concurrency, deliver }: SubscribeRequest,
  hub: Hub,
  answer: Answer,
  logger: DriverContext["logger"],
): Promise<ActiveSubscription> {
  const topic = topicOf(address.template, channel?.type, address.params.length > 0);
  let warnAt = MANY_WAITING;
  const intake = createIntake(concurrency, (message: RedisChannelMessage) =>
    deliver(readChannel(message, answer)),
  );
  const receive = (message: RedisChannelMessage) => {
    // A glob's `*` matches separators, too.
    if (address.match(message.channel) === null) return;
    intake.push(message);
    if (intake.waiting < warnAt) return;
    logger.warn(
      `${intake.waiting} messages wait for "${address.template}": its handler is slower than they come, and Redis holds no channel back`,
    );
    warnAt *= 2;
  };
  let end: () => Promise<void>;
  try {
    end = await hub.subscribe(topic, receive);
  } catch (cause) {
    if (cause instanceof MillraceError) throw cause;
    throw new ConnectError(
      `Redis refuses the subscription to "${topic.name}" (${messageOf(cause)}): give the user the permission (ACL SETUSER … &${topic.name})`,
      { cause },
    );
  }
  return {
    redelivers: false,
    drain: async () => {
      await end();
      // Redis has forgotten them already, so those that wait are handled as well.
      await intake.drain(() => true);
    },
  };
}

function topicOf(template: string, type: string | undefined, hasParams: boolean): Topic {
  if (type === "pattern") return { name: template, glob: true };
  return hasParams ? { name: globOf(template), glob: true } : { name: template, glob: false };
}
