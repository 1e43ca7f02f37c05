/** Commands that a fault takes: what was to be published is in the journal, with what became of it. */
import { trimmingOf } from "../commands/stream-arguments.ts";
import type { Client } from "../model/client.ts";
import type { Redis } from "../model/redis.ts";
import { type Argv, type Bytes, Failure } from "../values.ts";

export function recordLost(redis: Redis, client: Client, argv: Argv, reason: string): void {
  const [name = "", key = "", ...rest] = argv;
  switch (name.toLowerCase()) {
    case "publish":
    case "spublish":
      return redis.broadcast.lost(client.journal, key, rest[0] ?? "", reason);
    case "lpush":
    case "rpush":
      return redis.messages.pushLost(client, key, rest, reason);
    case "lpushx":
    case "rpushx":
      if (redis.keyspaceOf(client).peek(key) !== undefined)
        redis.messages.pushLost(client, key, rest, reason);
      return;
    case "xadd": {
      const fields = fieldsOf(redis, argv);
      if (fields.length > 0) redis.messages.addLost(client, key, fields, reason);
    }
  }
}

/** None where the command would have failed. */
function fieldsOf({ config }: Redis, argv: Argv): readonly Bytes[] {
  try {
    const { at } = trimmingOf(argv, config.number("stream-node-max-entries"), true);
    const fields = argv.slice(at + 1);
    return fields.length % 2 === 0 ? fields : [];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [];
  }
}
