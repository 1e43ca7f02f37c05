/** What clients may ask the server itself: `$SYS.REQ.>`. https://docs.nats.io/running-a-nats-service/configuration/sys_accounts */
import type { Account } from "../model/account.ts";
import type { Client } from "../model/client.ts";
import { hear } from "../model/internal.ts";
import type { UserPermissions } from "../model/permissions.ts";
import type { Subscriber } from "../model/router.ts";
import type { Server } from "../model/server.ts";
import { accountInfo, accountstatz, accountz } from "./accounts.ts";
import { connz } from "./connz.ts";
import { accountJsz, healthz, jsz } from "./jetstream.ts";
import { gatewayz, leafz, routez } from "./neighbours.ts";
import type { Query, View } from "./query.ts";
import { subsz } from "./subsz.ts";
import { type Answer, respond, send } from "./system-answer.ts";
import { statsOf } from "./system-identity.ts";
import { varz } from "./varz.ts";

type Page = (view: View, query: Query) => object;

/** Asked of the server, as `$SYS.REQ.SERVER.PING.VARZ`. */
const ofServer: Readonly<Record<string, Page>> = {
  VARZ: varz,
  CONNZ: connz,
  ROUTEZ: routez,
  GATEWAYZ: gatewayz,
  LEAFZ: leafz,
  SUBSZ: subsz,
  ACCOUNTZ: accountz,
  JSZ: jsz,
  HEALTHZ(view, query) {
    const health = healthz(view, query);
    return { ...health, status_code: "error" in health ? 503 : 200 };
  },
};

/** Asked of an account, as `$SYS.REQ.ACCOUNT.APP.CONNZ`. */
const ofAccount: Readonly<Record<string, Page>> = {
  SUBSZ: (view, query) => subsz(view, withOption(query, "subs")),
  CONNZ: connz,
  LEAFZ: leafz,
  JSZ: accountJsz,
  INFO: accountInfo,
};

/** Gives an account the subjects that the server answers on. */
export function furnish(account: Account, server: Server): void {
  hear(account, "$SYS.REQ.USER.INFO", (message, from) => {
    const client = from === null ? undefined : clientOf(server, from);
    if (client !== undefined)
      respond(server, account, message, () => ({ data: userOf(client, server) }));
  });
  const on = (subject: string, answer: (query: Query, subject: string) => ReturnType<Answer>) =>
    hear(account, subject, (message) =>
      respond(server, account, message, (query) => answer(query, message.subject)),
    );
  const view: View = { server, asked: {} };
  const isSystem = account.name === server.options.auth.systemAccount;
  if (!isSystem) {
    // events.go, registerSystemImports: an account may ask for what is its own.
    for (const target of ["ACCOUNT", "SERVER"])
      on(`$SYS.REQ.${target}.PING.CONNZ`, (query) => ({ data: connz(view, own(query, account)) }));
    on("$SYS.REQ.ACCOUNT.PING.STATZ", (query) => stats(view, own(query, account)));
    return;
  }
  for (const target of ["PING", server.id]) {
    for (const subject of [`$SYS.REQ.SERVER.${target}`, `$SYS.REQ.SERVER.${target}.STATSZ`])
      on(subject, () => ({ statsz: statsOf(server) }));
    hear(account, `$SYS.REQ.SERVER.${target}.IDZ`, ({ reply }) => {
      const { serverName: name, host } = server.options;
      if (reply !== undefined) send(server, account, reply, { name, host, id: server.id });
    });
    for (const [name, page] of Object.entries(ofServer))
      on(`$SYS.REQ.SERVER.${target}.${name}`, (query) => ({ data: page(view, query) }));
  }
  for (const [name, page] of Object.entries(ofAccount))
    on(`$SYS.REQ.ACCOUNT.*.${name}`, (query, subject) => ({
      data: page(view, withOption(query, "acc", named(subject))),
    }));
  on("$SYS.REQ.ACCOUNT.*.STATZ", (query, subject) =>
    stats(view, named(subject) === "PING" ? query : withOption(query, "acc", named(subject))),
  );
}

/** Without an account that is in use there is no answer, unless the others are wanted too. */
function stats(view: View, query: Query): ReturnType<Answer> {
  const data = accountstatz(view, query);
  return data.account_statz.length === 0 && query.get("unused") !== "true" ? null : { data };
}

/** The account of `$SYS.REQ.ACCOUNT.<account>.CONNZ`. */
function named(subject: string): string {
  return subject.split(".")[3] ?? "";
}

function own(query: Query, { name }: Account): Query {
  return withOption(query, "acc", name);
}

function withOption(query: Query, name: string, value = "true"): Query {
  const made = new URLSearchParams(query);
  made.set(name, value);
  return made;
}

function clientOf({ clients }: Server, from: Subscriber): Client | undefined {
  return [...clients.values()].find((client) => client === from);
}

function userOf(client: Client, { context }: Server): object {
  const { user, account, permissions, expires } = client;
  return {
    user,
    account: account.name,
    ...(permissions === undefined ? {} : { permissions: permissionsOf(permissions) }),
    ...(expires === undefined ? {} : { expires: (expires - context.clock.now()) * 1e6 }),
  };
}

function permissionsOf({ publish, subscribe, responses }: UserPermissions): object {
  return {
    ...(publish === undefined ? {} : { publish }),
    ...(subscribe === undefined ? {} : { subscribe }),
    ...(responses === undefined
      ? {}
      : { responses: { max: responses.max, ttl: responses.expires * 1e6 } }),
  };
}
