/** CLIENT TRACKING and what belongs to it. https://redis.io/docs/latest/commands/client-tracking/ */
import type { TrackingOptions, TrackingState } from "../model/tracking.ts";
import { type Bytes, Failure, Members, OK, Pairs } from "../values.ts";
import { type Call, type CommandTable, integer, SYNTAX_ERROR } from "./command.ts";

const common = { group: "connection", flags: ["noscript", "loading", "stale"] } as const;

export const clientTracking: CommandTable = {
  tracking: {
    ...common,
    arity: -3,
    since: "6.0.0",
    summary: "Tells this connection, or another, when what it has read has changed.",
    run(call, [, , mode, ...rest]) {
      const { redis, client } = call;
      const { options, prefixes } = trackingOptions(call, rest);
      switch (mode?.toLowerCase()) {
        case "on":
          check(redis.tracking.of(client), options, prefixes);
          redis.tracking.begin(client, options, prefixes);
          return OK;
        case "off":
          redis.tracking.end(client);
          return OK;
        default:
          throw new Failure(SYNTAX_ERROR);
      }
    },
  },
  caching: {
    ...common,
    arity: 3,
    since: "6.0.0",
    summary: "Whether what the next command reads is tracked.",
    run({ redis, client }, [, , answer]) {
      const state = redis.tracking.of(client);
      if (state === undefined)
        throw new Failure(
          "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled",
        );
      switch (answer?.toLowerCase()) {
        case "yes":
          if (!state.optIn)
            throw new Failure(
              "ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.",
            );
          break;
        case "no":
          if (!state.optOut)
            throw new Failure(
              "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.",
            );
          break;
        default:
          throw new Failure(SYNTAX_ERROR);
      }
      state.caching = true;
      return OK;
    },
  },
  getredir: {
    ...common,
    arity: 2,
    since: "6.0.0",
    summary: "The connection that is told instead of this one.",
    run: ({ redis, client }) => redis.tracking.of(client)?.redirect ?? -1,
  },
  trackinginfo: {
    ...common,
    arity: 2,
    since: "6.2.0",
    summary: "How this connection is tracked.",
    run({ redis, client }) {
      const state = redis.tracking.of(client);
      return new Pairs([
        "flags",
        new Members(flagsOf(state)),
        "redirect",
        state?.redirect ?? -1,
        "prefixes",
        [...(state?.prefixes ?? [])].sort(),
      ]);
    },
  },
};

function flagsOf(state: TrackingState | undefined): Bytes[] {
  if (state === undefined) return ["off"];
  const flags = ["on"];
  if (state.broadcast) flags.push("bcast");
  if (state.optIn) flags.push("optin", ...(state.caching ? ["caching-yes"] : []));
  if (state.optOut) flags.push("optout", ...(state.caching ? ["caching-no"] : []));
  if (state.noLoop) flags.push("noloop");
  if (state.broken) flags.push("broken_redirect");
  return flags;
}

function trackingOptions(
  { redis }: Call,
  words: readonly Bytes[],
): { options: TrackingOptions; prefixes: Bytes[] } {
  const given = new Set<Bytes>();
  const prefixes: Bytes[] = [];
  let redirect = 0;
  for (let at = 0; at < words.length; at++) {
    const option = (words[at] ?? "").toLowerCase();
    const value = words[at + 1];
    if (option === "redirect" && value !== undefined) {
      if (redirect !== 0)
        throw new Failure("ERR A client can only redirect to a single other client");
      redirect = integer(value);
      if (!redis.clients.has(redirect))
        throw new Failure("ERR The client ID you want redirect to does not exist");
      at++;
    } else if (option === "prefix" && value !== undefined) {
      prefixes.push(value);
      at++;
    } else if (["bcast", "optin", "optout", "noloop"].includes(option)) given.add(option);
    else throw new Failure(SYNTAX_ERROR);
  }
  const options = {
    broadcast: given.has("bcast"),
    optIn: given.has("optin"),
    optOut: given.has("optout"),
    noLoop: given.has("noloop"),
    redirect,
  };
  return { options, prefixes };
}

/** Whether these options go together, and with what is on. */
function check(
  old: TrackingState | undefined,
  options: TrackingOptions,
  prefixes: readonly Bytes[],
): void {
  const { broadcast, optIn, optOut } = options;
  if (!broadcast && prefixes.length > 0)
    throw new Failure("ERR PREFIX option requires BCAST mode to be enabled");
  if (old !== undefined && old.broadcast !== broadcast)
    throw new Failure(
      "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.",
    );
  if (broadcast && (optIn || optOut))
    throw new Failure("ERR OPTIN and OPTOUT are not compatible with BCAST");
  if (optIn && optOut) throw new Failure("ERR You can't specify both OPTIN mode and OPTOUT mode");
  if ((optIn && old?.optOut === true) || (optOut && old?.optIn === true))
    throw new Failure(
      "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.",
    );
  prefixes.forEach((prefix, index) => {
    for (const other of old?.prefixes ?? [])
      if (overlap(prefix, other)) throw overlaps(prefix, "an existing prefix", other);
    for (const other of prefixes.slice(index + 1))
      if (overlap(prefix, other)) throw overlaps(prefix, "another provided prefix", other);
  });
}

function overlap(one: Bytes, other: Bytes): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

function overlaps(prefix: Bytes, what: string, other: Bytes): Failure {
  return new Failure(
    `ERR Prefix '${prefix}' overlaps with ${what} '${other}'. Prefixes for a single client must not overlap.`,
  );
}
