/** /accountz and /accstatz: the accounts, and what their clients send. */
import type { Account, Import } from "../model/account.ts";
import type { Client, Traffic } from "../model/client.ts";
import type { Server } from "../model/server.ts";
import { isAsked, type Query, timeOf, type View } from "./query.ts";

export function accountz(view: View, query: Query): object {
  const { server } = view;
  const head = {
    server_id: server.id,
    now: timeOf(server.context.clock.now()),
    system_account: server.options.auth.systemAccount,
  };
  if ((query.get("acc") ?? "") === "") return { ...head, accounts: [...server.accounts.keys()] };
  return { ...head, account_detail: accountInfo(view, query) };
}

/** @throws {RangeError} for an account that is none. */
export function accountInfo({ server }: View, query: Query): object {
  const name = query.get("acc") ?? "";
  const account = server.accounts.get(name);
  if (account === undefined) throw new RangeError(`Account ${name} does not exist`);
  const { count } = account.router;
  return {
    account_name: name,
    update_time: timeOf(server.loaded),
    ...(name === server.options.auth.systemAccount ? { is_system: true } : {}),
    expired: false,
    complete: true,
    jetstream_enabled: account.jetstream !== undefined,
    leafnode_connections: 0,
    client_connections: clientsOf(account, server.clients).length,
    subscriptions: count,
    ...(account.exports.length === 0
      ? {}
      : {
          exports: account.exports.map(({ subject, kind, response, accounts }) => ({
            subject,
            type: kind,
            ...(kind === "service" ? { response_type: responses[response] } : {}),
            ...(accounts === undefined ? {} : { approved_accounts: accounts }),
          })),
        }),
    imports: [...account.imports.map((each) => importOf(each)), ...imported(account, server)],
    sublist_stats: { ...NOTHING, num_subscriptions: count, num_inserts: count },
  };
}

const responses = { singleton: "Singleton", stream: "Streamed", chunked: "Chunked" } as const;

const NOTHING = {
  num_subscriptions: 0,
  num_cache: 0,
  num_inserts: 0,
  num_removes: 0,
  num_matches: 0,
  cache_hit_rate: 0,
  max_fanout: 0,
  avg_fanout: 0,
};

interface Statistics {
  readonly server_id: string;
  readonly now: string;
  readonly account_statz: readonly object[];
}

export function accountstatz({ server }: View, query: Query): Statistics {
  const wanted = query.get("acc") ?? "";
  const stats = [...server.accounts.values()]
    .filter(({ name }) => wanted === "" || name === wanted)
    .map((account) => {
      const clients = clientsOf(account, server.clients);
      const sum = (count: (traffic: Readonly<Traffic>) => number) =>
        clients.reduce((total, { traffic }) => total + count(traffic), 0);
      return {
        acc: account.name,
        conns: clients.length,
        leafnodes: 0,
        total_conns: clients.length,
        num_subscriptions: account.router.count,
        sent: { msgs: sum(({ outMsgs }) => outMsgs), bytes: sum(({ outBytes }) => outBytes) },
        received: { msgs: sum(({ inMsgs }) => inMsgs), bytes: sum(({ inBytes }) => inBytes) },
        slow_consumers: 0,
      };
    });
  return {
    server_id: server.id,
    now: timeOf(server.context.clock.now()),
    account_statz: isAsked(query, "unused") ? stats : stats.filter(({ conns }) => conns > 0),
  };
}

/** As a token of the account would say it. */
function importOf({ kind, account, subject, to }: Import, share = false): object {
  return {
    subject,
    account,
    ...(kind === "service" ? { to } : {}),
    local_subject: to,
    type: kind,
    invalid: false,
    share,
    tracking: false,
  };
}

/** What every account has of the system account. */
function imported({ name, jetstream }: Account, server: Server): object[] {
  const account = server.options.auth.systemAccount;
  const service = (to: string, subject: string, shared = false) =>
    importOf({ kind: "service", account, subject, to }, shared);
  return [
    ...(jetstream === undefined ? [] : [service("$JS.API.>", "$JS.API.>", true)]),
    ...(name === account
      ? []
      : [
          service("$SYS.REQ.ACCOUNT.PING.CONNZ", `$SYS.REQ.ACCOUNT.${name}.CONNZ`),
          service("$SYS.REQ.SERVER.PING.CONNZ", `$SYS.REQ.ACCOUNT.${name}.CONNZ`),
          service("$SYS.REQ.ACCOUNT.PING.STATZ", `$SYS.REQ.ACCOUNT.${name}.STATZ`),
        ]),
    service("$SYS.REQ.USER.INFO", `$SYS.REQ.USER.${name}.INFO`, true),
  ];
}

function clientsOf(account: Account, clients: ReadonlyMap<number, Client>): Client[] {
  return [...clients.values()].filter((client) => client.account === account);
}
