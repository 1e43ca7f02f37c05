/** Groups and their consumers, as commands find them. */
import type { Consumer, Group } from "../model/stream-group.ts";
import { Stream } from "../model/stream.ts";
import { Failure, type Bytes } from "../values.ts";
import type { Call } from "./command.ts";

export interface StreamAndGroup {
  readonly stream: Stream;
  readonly group: Group;
}

/** The stream of a key and its group. @throws {Failure} NOGROUP, with the words of XPENDING and its like. */
export function groupOf({ db }: Call, key: Bytes, name: Bytes): StreamAndGroup {
  const stream = db.collection(key, Stream);
  const group = stream?.groups.get(name);
  if (stream === undefined || group === undefined)
    throw new Failure(`NOGROUP No such key '${key}' or consumer group '${name}'`);
  return { stream, group };
}

/** A consumer that does something: made where it is not there. */
export function consumerOf(call: Call, key: Bytes, group: Group, name: Bytes): Consumer {
  const consumer = group.consumers.get(name) ?? addConsumer(call, key, group, name);
  consumer.seen = call.now;
  return consumer;
}

export function addConsumer(call: Call, key: Bytes, group: Group, name: Bytes): Consumer {
  call.redis.notifications.notify("t", "xgroup-createconsumer", call.db, key);
  return group.addConsumer(name, call.now);
}

/** By name, as the server lists them. */
export function byName<Type extends { readonly name: Bytes }>(all: Iterable<Type>): Type[] {
  return [...all].sort((one, other) => (one.name < other.name ? -1 : 1));
}
