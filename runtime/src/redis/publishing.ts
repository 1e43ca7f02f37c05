/** Where a message goes: PUBLISH, RPUSH or XADD. */
import type { Outgoing } from "../driver.ts";
import { PublishError } from "../errors.ts";
import type { StreamPublisherOptions } from "./channels.ts";
import { DATA_FIELD } from "./message.ts";
import type { Sender } from "./sender.ts";

/** Resolves with how many clients received it, where it went to a channel. */
export async function publishTo(
  { address, channel, options, signal }: Outgoing,
  data: Buffer,
  sender: Sender,
): Promise<number | undefined> {
  const sending = { what: `publish to "${address}"`, signal };
  if (channel === undefined) return sender.send((client) => client.publish(address, data), sending);
  if (channel.type === "list" || channel.type === "reliable-list") {
    await sender.send((client) => client.rpush(address, data), sending);
    return undefined;
  }
  const wishes = { ...channel.options, ...(options as object) } as StreamPublisherOptions;
  const words = [
    address,
    ...(wishes.noCreate === true ? ["NOMKSTREAM"] : []),
    ...trim(wishes),
    "*",
    DATA_FIELD,
  ];
  const id = await sender.send((client) => client.call("xadd", ...words, data), sending);
  // Only with NOMKSTREAM (https://redis.io/commands/xadd/).
  if (id === null)
    throw new PublishError(
      `cannot publish to "${address}": there is no such stream, and noCreate says not to make it`,
    );
  return undefined;
}

function trim({ maxLength, minId, approximate = true }: StreamPublisherOptions): string[] {
  const how = approximate ? "~" : "=";
  if (maxLength !== undefined) return ["MAXLEN", how, String(maxLength)];
  return minId === undefined ? [] : ["MINID", how, minId];
}
