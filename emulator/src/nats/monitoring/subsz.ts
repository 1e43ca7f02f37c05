/** /subsz: the subscriptions of all clients. */
import { subjectMatches } from "../model/subjects.ts";
import { detail } from "./connz.ts";
import { isAsked, numberIn, type Query, subscriptionsOf, timeOf, type View } from "./query.ts";

export function subsz({ server }: View, query: Query): object {
  const account = query.get("acc") ?? "";
  const subject = query.get("test") ?? "";
  const count = subscriptionsOf(server);
  const all = [...server.clients.values()]
    .filter((client) => account === "" || client.account.name === account)
    .flatMap((client) => [...client.subscriptions.values()].map((each) => ({ each, client })))
    .filter(({ each }) => subject === "" || subjectMatches(each.subject, subject));
  const offset = numberIn(query, "offset", 0);
  const limit = numberIn(query, "limit", 1024) || 1024;
  const shown = isAsked(query, "subs") ? all.slice(offset, offset + limit) : [];
  return {
    server_id: server.id,
    now: timeOf(server.context.clock.now()),
    num_subscriptions: count,
    num_cache: 0,
    num_inserts: count,
    num_removes: 0,
    num_matches: 0,
    cache_hit_rate: 0,
    max_fanout: 0,
    avg_fanout: 0,
    total: all.length,
    offset,
    limit,
    ...(shown.length === 0
      ? {}
      : { subscriptions_list: shown.map(({ each, client }) => detail(each, client)) }),
  };
}
