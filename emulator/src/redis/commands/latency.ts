/** LATENCY: what took too long, and how long commands take, by the emulator's clock. https://redis.io/docs/latest/commands/latency/ */
import type { CommandStats } from "../model/stats.ts";
import { Failure, Pairs, type Reply, Verbatim } from "../values.ts";
import { type CommandTable, SYNTAX_ERROR } from "./command.ts";
import { graphOf } from "./latency-graph.ts";

const common = { group: "server", flags: ["admin", "noscript", "loading", "stale"] } as const;

const subcommands: CommandTable = {
  history: {
    ...common,
    arity: 3,
    since: "2.8.13",
    summary: "The times of one kind of event.",
    run: ({ redis }, [, , event = ""]) =>
      (redis.observers.latency.get(event)?.samples ?? []).map(({ time, took }) => [time, took]),
  },
  latest: {
    ...common,
    arity: 2,
    since: "2.8.13",
    summary: "The last and the longest time of each kind of event.",
    run: ({ redis }) =>
      [...redis.observers.latency].map(([event, { samples, max }]) => {
        const last = samples.at(-1);
        return [event, last?.time ?? 0, last?.took ?? 0, max];
      }),
  },
  reset: {
    ...common,
    arity: -2,
    since: "2.8.13",
    summary: "Forgets the times of these events, or of all.",
    run({ redis }, [, , ...events]) {
      const { latency } = redis.observers;
      const chosen = events.length === 0 ? [...latency.keys()] : events;
      return chosen.filter((event) => latency.delete(event)).length;
    },
  },
  histogram: {
    ...common,
    arity: -2,
    since: "7.0.0",
    summary: "How often commands took how long.",
    run({ redis, registry }, [, , ...names]) {
      const { byCommand } = redis.stats;
      const chosen =
        names.length === 0
          ? [...byCommand.keys()]
          : names.flatMap((name) => {
              const known = registry.named(name);
              if (known === undefined) return [];
              return [
                known.name,
                ...[...(known.subcommands?.values() ?? [])].map((sub) => sub.name),
              ];
            });
      return new Pairs(
        chosen.flatMap((name) => {
          const stats = byCommand.get(name);
          return stats === undefined || stats.calls === 0 ? [] : [name, histogramOf(stats)];
        }),
      );
    },
  },
  graph: {
    ...common,
    arity: 3,
    since: "2.8.13",
    summary: "Draws the times of one kind of event.",
    run({ redis, now }, [, , event = ""]) {
      const series = redis.observers.latency.get(event);
      if (series === undefined) throw new Failure(`ERR No samples available for event '${event}'`);
      return new Verbatim(graphOf(event, series, now));
    },
  },
  doctor: {
    ...common,
    arity: 2,
    since: "2.8.13",
    summary: "What to think of the times.",
    run({ redis }) {
      const { latency } = redis.observers;
      const lines = [...latency].map(
        ([event, { samples, max }]) =>
          `${event}: ${samples.length} latency spikes, the longest of ${max} ms.`,
      );
      if (lines.length > 0) return new Verbatim(`${lines.join("\n")}\n`);
      return new Verbatim(
        redis.config.number("latency-monitor-threshold") === 0
          ? "Latency monitoring is disabled: CONFIG SET latency-monitor-threshold <milliseconds> enables it.\n"
          : "No latency spike was observed.\n",
      );
    },
  },
};

export const latency: CommandTable = {
  latency: {
    arity: -2,
    flags: [],
    group: "server",
    since: "2.8.13",
    summary: "What took too long.",
    subcommands,
    run: () => new Failure(SYNTAX_ERROR),
  },
};

/** By powers of two of microseconds, each bucket with all that are below it. */
function histogramOf(stats: CommandStats): Reply {
  const buckets = new Map<number, number>();
  let counted = stats.calls;
  for (const count of stats.durations.values()) counted -= count;
  if (counted > 0) buckets.set(1, counted);
  for (const [took, count] of [...stats.durations].sort(([a], [b]) => a - b)) {
    const bucket = 2 ** Math.ceil(Math.log2(took * 1000));
    counted += count;
    buckets.set(bucket, counted);
  }
  return new Pairs(["calls", stats.calls, "histogram_usec", new Pairs([...buckets].flat())]);
}
