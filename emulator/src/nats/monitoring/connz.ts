/** /connz: the clients, and those that have gone. */
import type { ClientView, ClosedClient } from "../model/client.ts";
import type { Subscription } from "../model/router.ts";
import { isAsked, numberIn, type Query, timeOf, uptime, type View } from "./query.ts";

/** What the answer is sorted by; the first of `sort` is where it starts, highest first but for cid and start. */
const orders: Readonly<Record<string, (client: ClientView, now: number) => number>> = {
  cid: ({ id }) => id,
  start: ({ started }) => started,
  subs: ({ subscriptions }) => -subscriptions.size,
  pending: () => 0,
  msgs_to: ({ traffic }) => -traffic.outMsgs,
  msgs_from: ({ traffic }) => -traffic.inMsgs,
  bytes_to: ({ traffic }) => -traffic.outBytes,
  bytes_from: ({ traffic }) => -traffic.inBytes,
  last: ({ lastActive }) => -lastActive,
  idle: ({ lastActive }, now) => -(now - lastActive),
  uptime: ({ started }, now) => -(now - started),
  rtt: ({ roundTrip }) => -roundTrip,
  stop: () => 0,
  reason: () => 0,
};

export function connz({ server }: View, query: Query): object {
  const now = server.context.clock.now();
  const sort = query.get("sort") || "cid";
  const order = Object.hasOwn(orders, sort) ? orders[sort] : undefined;
  if (order === undefined) throw new RangeError(`invalid sorting option: ${sort}`);
  const state = query.get("state") || "open";
  if (!/^(open|closed|any|all|0|1|2)$/i.test(state))
    throw new RangeError(`error decoding state for ${state}`);
  const found: { client: ClientView; gone?: ClosedClient }[] = [];
  if (!/^(closed|1)$/i.test(state))
    for (const client of server.clients.values()) found.push({ client });
  if (!/^(open|0)$/i.test(state))
    for (const gone of server.closed) found.push({ client: gone.client, gone });

  const cid = numberIn(query, "cid", 0);
  const wanted = found.filter(
    ({ client }) =>
      (cid === 0 || client.id === cid) &&
      is(query.get("user"), client.user) &&
      is(query.get("acc"), client.account.name) &&
      hears(client, query.get("filter_subject")),
  );
  wanted.sort((one, other) => order(one.client, now) - order(other.client, now));
  const offset = numberIn(query, "offset", 0);
  const limit = numberIn(query, "limit", 1024) || 1024;
  const shown = wanted.slice(offset, offset + limit);
  return {
    server_id: server.id,
    now: timeOf(now),
    num_connections: shown.length,
    total: wanted.length,
    offset,
    limit,
    connections: shown.map(({ client, gone }) => describe(client, gone, now, query)),
  };
}

function describe(
  client: ClientView,
  gone: ClosedClient | undefined,
  now: number,
  query: Query,
): object {
  const { name, lang, version } = client.said;
  const { inMsgs, outMsgs, inBytes, outBytes } = client.traffic;
  const until = gone?.stopped ?? now;
  const subscriptions = [...client.subscriptions.values()];
  return {
    cid: client.id,
    kind: "Client",
    type: client.websocket ? "websocket" : "nats",
    ip: "127.0.0.1",
    port: client.port ?? 0,
    start: timeOf(client.started),
    last_activity: timeOf(client.lastActive),
    ...(gone === undefined ? {} : { stop: timeOf(gone.stopped), reason: gone.reason }),
    rtt: `${Math.max(1, client.roundTrip)}ms`,
    uptime: uptime(until - client.started),
    idle: uptime(until - client.lastActive),
    pending_bytes: 0,
    in_msgs: inMsgs,
    out_msgs: outMsgs,
    in_bytes: inBytes,
    out_bytes: outBytes,
    subscriptions: subscriptions.length,
    ...(name === "" ? {} : { name }),
    ...(lang === "" ? {} : { lang }),
    ...(version === "" ? {} : { version }),
    ...(isAsked(query, "auth")
      ? { authorized_user: client.user, account: client.account.name }
      : {}),
    ...(isAsked(query, "subs") && subscriptions.length > 0
      ? { subscriptions_list: subscriptions.map(({ subject }) => subject) }
      : {}),
    ...(query.get("subs") === "detail" && subscriptions.length > 0
      ? { subscriptions_list_detail: subscriptions.map((each) => detail(each, client)) }
      : {}),
  };
}

/** A subscription as /connz and /subsz show it. */
export function detail(subscription: Subscription, client: ClientView): object {
  const { subject, queue, sid, delivered, max } = subscription;
  return {
    account: client.account.name,
    subject,
    ...(queue === undefined ? {} : { qgroup: queue }),
    sid,
    msgs: delivered,
    ...(max > 0 ? { max } : {}),
    cid: client.id,
  };
}

function is(wanted: string | null, given: string): boolean {
  return wanted === null || wanted === "" || wanted === given;
}

function hears({ subscriptions }: ClientView, subject: string | null): boolean {
  if (subject === null || subject === "") return true;
  return [...subscriptions.values()].some((each) => each.subject === subject);
}
