/** Publishing and subscribing. https://redis.io/docs/latest/develop/pubsub/ */
import type { SubscriptionKind } from "../model/pubsub.ts";
import { globMatches } from "../model/glob.ts";
import { type Bytes, Failure, Push, type Reply, Several } from "../values.ts";
import { type Call, type Command, type CommandTable, SYNTAX_ERROR } from "./command.ts";

const shardKeys = [1, 1, 1] as const;
const allShardKeys = [1, -1, 1] as const;

const inspecting: CommandTable = {
  channels: {
    arity: -2,
    flags: ["pubsub", "loading", "stale"],
    group: "pubsub",
    since: "2.8.0",
    summary: "The channels that somebody is subscribed to.",
    run: ({ redis }, argv) => active(redis.pubsub.channels, argv),
  },
  numsub: {
    arity: -2,
    flags: ["pubsub", "loading", "stale"],
    group: "pubsub",
    since: "2.8.0",
    summary: "How many are subscribed to each of these channels.",
    run: ({ redis }, [, , ...names]) => counted(redis.pubsub.channels, names),
  },
  numpat: {
    arity: 2,
    flags: ["pubsub", "loading", "stale"],
    group: "pubsub",
    since: "2.8.0",
    summary: "How many patterns there are.",
    run: ({ redis }) => redis.pubsub.patterns.size,
  },
  shardchannels: {
    arity: -2,
    flags: ["pubsub", "loading", "stale"],
    group: "pubsub",
    since: "7.0.0",
    summary: "The shard channels that somebody is subscribed to.",
    run: ({ redis }, argv) => active(redis.pubsub.shardChannels, argv),
  },
  shardnumsub: {
    arity: -2,
    flags: ["pubsub", "loading", "stale"],
    group: "pubsub",
    since: "7.0.0",
    summary: "How many are subscribed to each of these shard channels.",
    run: ({ redis }, [, , ...names]) => counted(redis.pubsub.shardChannels, names),
  },
};

export const pubsub: CommandTable = {
  publish: {
    arity: 3,
    flags: ["pubsub", "loading", "stale", "fast", "may_replicate"],
    group: "pubsub",
    since: "2.0.0",
    summary: "Sends a message to a channel.",
    run: ({ redis, client }, [, channel = "", message = ""]) =>
      redis.broadcast.publish(client.journal, channel, message),
  },
  spublish: {
    arity: 3,
    flags: ["pubsub", "loading", "stale", "fast", "may_replicate"],
    keys: shardKeys,
    group: "pubsub",
    since: "7.0.0",
    summary: "Sends a message to a shard channel.",
    run: ({ redis, client }, [, channel = "", message = ""]) =>
      redis.broadcast.publishToShard(client.journal, channel, message),
  },
  subscribe: subscribing("subscribe", "channels", {
    since: "2.0.0",
    summary: "Begins to take what is published to channels.",
  }),
  psubscribe: subscribing("psubscribe", "patterns", {
    since: "2.0.0",
    summary: "Begins to take what is published to channels with such names.",
  }),
  ssubscribe: {
    ...subscribing("ssubscribe", "shardChannels", {
      since: "7.0.0",
      summary: "Begins to take what is published to shard channels.",
    }),
    keys: allShardKeys,
  },
  unsubscribe: unsubscribing("unsubscribe", "channels", {
    since: "2.0.0",
    summary: "Takes no more from these channels, or from any.",
  }),
  punsubscribe: unsubscribing("punsubscribe", "patterns", {
    since: "2.0.0",
    summary: "Takes no more by these patterns, or by any.",
  }),
  sunsubscribe: {
    ...unsubscribing("sunsubscribe", "shardChannels", {
      since: "7.0.0",
      summary: "Takes no more from these shard channels, or from any.",
    }),
    keys: allShardKeys,
  },
  pubsub: {
    arity: -2,
    flags: [],
    group: "pubsub",
    since: "2.8.0",
    summary: "Who is subscribed to what.",
    subcommands: inspecting,
    run: () => new Failure(SYNTAX_ERROR),
  },
};

type About = Pick<Command, "since" | "summary">;

function subscribing(name: string, kind: SubscriptionKind, about: About): Command {
  return {
    ...about,
    arity: -2,
    flags: ["pubsub", "noscript", "loading", "stale"],
    group: "pubsub",
    run(call, [, ...names]) {
      // The older two are let into transactions, for compatibility.
      if (call.inside === "script" || (call.inside !== null && kind === "shardChannels"))
        throw new Failure(`ERR ${name.toUpperCase()} isn't allowed for a DENY BLOCKING client`);
      return new Several(
        names.map((each) => {
          call.redis.pubsub.subscribe(call.client, kind, each);
          return new Push([name, each, countOf(call, kind)]);
        }),
      );
    },
  };
}

function unsubscribing(name: string, kind: SubscriptionKind, about: About): Command {
  return {
    ...about,
    arity: -1,
    flags: ["pubsub", "noscript", "loading", "stale"],
    group: "pubsub",
    run(call, [, ...names]) {
      const all = names.length > 0 ? names : [...call.client[kind]];
      // Who is subscribed to nothing is answered once all the same.
      if (all.length === 0) return new Push([name, null, countOf(call, kind)]);
      return new Several(
        all.map((each) => {
          call.redis.pubsub.unsubscribe(call.client, kind, each);
          return new Push([name, each, countOf(call, kind)]);
        }),
      );
    },
  };
}

/** Shard channels are counted by themselves. */
function countOf({ client }: Call, kind: SubscriptionKind): number {
  return kind === "shardChannels" ? client.shardChannels.size : client.subscriptions;
}

function active(channels: ReadonlyMap<Bytes, unknown>, argv: readonly Bytes[]): Reply {
  if (argv.length > 3) throw new Failure(wrongSubcommand(argv));
  const pattern = argv[2];
  const names = [...channels.keys()];
  return pattern === undefined ? names : names.filter((name) => globMatches(pattern, name));
}

function wrongSubcommand([name = "", second = ""]: readonly Bytes[]): string {
  return `ERR unknown subcommand or wrong number of arguments for '${second}'. Try ${name.toUpperCase()} HELP.`;
}

function counted(
  channels: ReadonlyMap<Bytes, ReadonlySet<unknown>>,
  names: readonly Bytes[],
): Reply {
  return names.flatMap((name) => [name, channels.get(name)?.size ?? 0]);
}
