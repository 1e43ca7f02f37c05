/** NATS core, written here: https://docs.nats.io/reference/reference-protocols/nats-protocol. JetStream is not spoken yet. */
import { randomBytes } from "node:crypto";
import type { Protocol, ProtocolKind } from "../protocol.ts";
import { SERVER_NAME } from "../version.ts";
import { Router } from "./model/router.ts";
import { NatsSession, type Server } from "./session/session.ts";
import { createWorkbench } from "./session/workbench.ts";

/** The nats-server release whose behaviour this claims to have: clients choose what they use by it. */
const CLAIMED_VERSION = "2.10.27";
/** nats-server's MAX_PENDING_SIZE. */
const MAX_PENDING = 64 * 1024 * 1024;

export const nats: ProtocolKind = {
  name: "nats",
  defaultPort: 4222,
  scheme: "nats://",
  async open(context): Promise<Protocol> {
    const router = new Router();
    const server: Server = {
      router,
      context,
      maxPending: MAX_PENDING,
      info: {
        server_id: serverId(),
        server_name: SERVER_NAME,
        version: CLAIMED_VERSION,
        proto: 1,
        go: `node ${process.version}`,
        host: "127.0.0.1",
        headers: true,
        max_payload: context.maxPayload,
        client_ip: "127.0.0.1",
        ...(context.auth === null ? {} : { auth_required: true }),
      },
    };

    const publish = createWorkbench(context, router);
    return {
      accept: (connection) => new NatsSession(server, connection),
      publish: async (message) => publish(message),
      async close() {},
    };
  },
};

/** Looks like nats-server's: an nkey of a server, `N` and 55 letters of base 32. */
function serverId(): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return `N${[...randomBytes(55)].map((byte) => letters[byte % 32]).join("")}`;
}
