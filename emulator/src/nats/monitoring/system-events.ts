/** What the system account is told: `$SYS.ACCOUNT.<account>.CONNECT` and `.DISCONNECT`. https://docs.nats.io/running-a-nats-service/configuration/sys_accounts */
import { randomUUID } from "node:crypto";
import type { Client } from "../model/client.ts";
import type { Server } from "../model/server.ts";
import { send } from "./system-answer.ts";
import { serverOf } from "./system-identity.ts";

/** Tells the system account of a client, if anybody there wants to know. */
export function announce(kind: "CONNECT" | "DISCONNECT", client: Client, server: Server): void {
  const { systemAccount, context } = server;
  const subject = `$SYS.ACCOUNT.${client.account.name}.${kind}`;
  if (!systemAccount.interest(subject)) return;
  const { inMsgs, outMsgs, inBytes, outBytes } = client.traffic;
  const event = {
    type: `io.nats.server.advisory.v1.client_${kind.toLowerCase()}`,
    id: randomUUID(),
    timestamp: new Date(context.clock.now()).toISOString(),
    server: serverOf(server),
    client: {
      start: new Date(client.started).toISOString(),
      host: "127.0.0.1",
      id: client.id,
      acc: client.account.name,
      user: client.user,
      name: client.said.name,
      lang: client.said.lang,
      ver: client.said.version,
      kind: "Client",
      client_type: client.websocket ? "websocket" : "nats",
    },
    ...(kind === "CONNECT"
      ? {}
      : {
          sent: { msgs: outMsgs, bytes: outBytes },
          received: { msgs: inMsgs, bytes: inBytes },
          reason: "Client Closed",
        }),
  };
  send(server, systemAccount, subject, event);
}
