/** A request to the server itself: what it asks, whether it is for this server, and the answer's way back. */
import type { Account } from "../model/account.ts";
import type { Message } from "../model/router.ts";
import type { Server } from "../model/server.ts";
import type { Query } from "./query.ts";
import { serverOf } from "./system-identity.ts";

/** What one page says, or nothing where this server is not to answer. @throws {RangeError} for what it cannot be asked. */
export type Answer = (
  query: Query,
) => { readonly data: object } | { readonly statsz: object } | null;

/** monitor.go's options have other names in JSON than in the address of a page. */
const names: Readonly<Record<string, string>> = {
  subscriptions: "subs",
  account: "acc",
  consumer: "consumers",
  include_unused: "unused",
};

/** Publishes the answer into the account that asked. */
export function respond(server: Server, account: Account, message: Message, answer: Answer): void {
  const { reply } = message;
  if (reply === undefined) return;
  const asked = optionsOf(message);
  if (!isMeant(server, asked)) return;
  try {
    const answered = answer(queryOf(asked));
    if (answered !== null) send(server, account, reply, { server: serverOf(server), ...answered });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const { message: description } = error;
    send(server, account, reply, { server: serverOf(server), error: { code: 500, description } });
  }
}

export function send({ context }: Server, account: Account, subject: string, body: object): void {
  account.publish(
    {
      number: context.journal.nextMessage(),
      subject,
      payload: Buffer.from(JSON.stringify(body)),
      client: null,
      quiet: true,
    },
    null,
  );
}

type Options = Readonly<Record<string, unknown>>;

function optionsOf({ payload }: Message): Options {
  try {
    const given: unknown = JSON.parse(Buffer.from(payload).toString("utf8") || "{}");
    return typeof given === "object" && given !== null ? { ...given } : {};
  } catch {
    // What cannot be read asks for nothing special.
    return {};
  }
}

/** A request goes to all servers and names those that are to answer: events.go, filterRequest. */
function isMeant({ options }: Server, asked: Options): boolean {
  const within = (wanted: unknown, given: string) =>
    typeof wanted !== "string" || given.includes(wanted);
  const { tags, domain } = asked;
  return (
    within(asked["server_name"], options.serverName) &&
    within(asked["host"], options.host) &&
    within(asked["cluster"], options.clusterName ?? "") &&
    (!Array.isArray(tags) || tags.every((tag) => options.tags.includes(String(tag)))) &&
    (typeof domain !== "string" || domain === "" || domain === options.jetstream?.domain)
  );
}

function queryOf(asked: Options): Query {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) query.set(names[name] ?? name, String(value));
  if (asked["subscriptions_detail"] === true) query.set("subs", "detail");
  return query;
}
