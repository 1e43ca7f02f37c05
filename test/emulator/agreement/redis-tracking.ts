/**
 * What clients see whose reads are tracked: random scripts of three clients, one told in its own connection, one that
 * writes, and one that is told for others.
 */
import fc from "fast-check";
import { anyOf, type Words } from "./grammar.ts";
import { ShowingClient } from "./redis-client.ts";
import { words } from "./redis-families.ts";

const few = (...some: readonly string[]) => fc.constantFrom(...some);
const trackedWords: Words = {
  ...words,
  key: few("k1", "k2", "a1", "b1"),
  prefix: few("k", "a", "k1", "", "b"),
  // The listener's own number, one that nobody has, and what is none.
  id: fc.oneof({ weight: 5, arbitrary: few("LISTENER") }, few("999999999", "-1", "x", "0")),
};

const reader = anyOf(
  [
    "CLIENT TRACKING ON [REDIRECT <id>] [NOLOOP]",
    "CLIENT TRACKING ON (OPTIN|OPTOUT) [NOLOOP] [REDIRECT <id>]",
    "CLIENT TRACKING ON BCAST [PREFIX <prefix>] [PREFIX <prefix>] [NOLOOP]",
    "CLIENT TRACKING ON [OPTIN] [OPTOUT] [BCAST] [PREFIX <prefix>]",
    "CLIENT TRACKING (OFF|MAYBE)",
    "CLIENT CACHING (YES|NO|MAYBE)",
    "CLIENT (TRACKINGINFO|GETREDIR)",
    "(GET|TYPE|EXISTS|HGETALL|LRANGE 0 -1) <key>",
    "(GET|STRLEN) <key>",
    "MGET <key>+",
    "(SET <key> <value>|DEL <key>+)",
    "(MULTI|EXEC)",
  ],
  trackedWords,
);

const writer = anyOf(
  [
    "SET <key> <value> [EX 100]",
    "(DEL|UNLINK) <key>+",
    "(LPUSH|SADD) <key> a",
    "(HSET <key> f v|HDEL <key> f)",
    "MSET <key> a <key> b",
    "(RENAME|COPY) <key> <key>",
    "(PERSIST <key>|EXPIRE <key> 100|EXPIRE <key> 0)",
    "(FLUSHALL|FLUSHDB|SELECT 1|SELECT 0|SWAPDB 0 1)",
    "(MULTI|EXEC)",
    "EVAL <setting> 1 <key>",
  ],
  { ...trackedWords, setting: few('return redis.call("set", KEYS[1], 1)') },
);

type Step = readonly ["reader" | "writer", readonly string[]];

const steps = fc.oneof(
  { weight: 3, arbitrary: reader.map((command): Step => ["reader", command]) },
  { weight: 2, arbitrary: writer.map((command): Step => ["writer", command]) },
);

/** Begins with what is wanted most, so that most scripts see something. */
export const trackingScript: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    anyOf(
      [
        "CLIENT TRACKING ON [NOLOOP] [OPTOUT|OPTIN]",
        "CLIENT TRACKING ON REDIRECT LISTENER [NOLOOP]",
        "CLIENT TRACKING ON BCAST [PREFIX <prefix>] [REDIRECT LISTENER]",
      ],
      trackedWords,
    ),
    fc.array(steps, { minLength: 1, maxLength: 25 }),
  )
  .map(([first, rest]) => [["reader", first], ...rest]);

/** What each step was answered, and what it brought to whom. */
export async function playTracking(
  url: string,
  script: readonly Step[],
  version: number,
): Promise<string[]> {
  await using reading = await ShowingClient.connect(url);
  await using writing = await ShowingClient.connect(url);
  await using listening = await ShowingClient.connect(url);
  const clients = { reader: reading, writer: writing };
  await writing.run([["FLUSHALL"]]);
  await reading.run([["HELLO", String(version)]]);
  const [, listener = ""] = /(\d+)/.exec((await listening.run([["CLIENT", "ID"]]))[0] ?? "") ?? [];
  await listening.run([["SUBSCRIBE", "__redis__:invalidate"]]);
  const seen: string[] = [];
  for (const [who, command] of script) {
    const argv = command.map((word) => (word === "LISTENER" ? listener : word));
    const [answer] = await clients[who].run([argv], () => true);
    const told = [...(await heard(reading)), ...(await heard(listening))];
    const asksWho = /GETREDIR|TRACKINGINFO/.test(command.join(" "));
    const shown = asksWho ? answer?.replace(`(integer) ${listener}`, "LISTENER") : answer;
    seen.push([`${who}: ${command.join(" ")} → ${shown}`, ...told].join("; "));
  }
  return seen;
}

/** What has come by itself. Servers tell before they answer who asks afterwards. */
async function heard(client: ShowingClient): Promise<string[]> {
  await client.run([["PING"]]);
  // redis-server writes null as the tracked client's protocol has it, although another one is told.
  return client.told.splice(0).map((text) => text.replace("(null bulk)", "(null)"));
}
