/** NATS core, written here: https://docs.nats.io/reference/reference-protocols/nats-protocol. JetStream is not spoken yet. */
import { randomBytes } from "node:crypto";
import { type Protocol, type ProtocolKind, WORKBENCH } from "../protocol.ts";
import { SERVER_NAME } from "../version.ts";
import { isLiteralSubject } from "./model/subjects.ts";
import { type Message, Router } from "./model/router.ts";
import { NatsSession, type Server } from "./session/session.ts";
import { encodeHeaders } from "./wire/headers.ts";

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

    return {
      accept: (connection) => new NatsSession(server, connection),
      async publish({ channel, payload, headers }) {
        if (!isLiteralSubject(channel))
          throw new Error(`Invalid Publish Subject: "${channel}" has an empty token or a wildcard`);
        const block =
          headers !== undefined && Object.keys(headers).length > 0
            ? encodeHeaders(headers)
            : undefined;
        const size = payload.length + (block?.length ?? 0);
        if (size > context.maxPayload)
          throw new Error(
            `Maximum Payload Violation: ${size} bytes are more than ${context.maxPayload}`,
          );
        const message: Message = {
          number: context.journal.nextMessage(),
          subject: channel,
          payload,
          ...(block === undefined ? {} : { headers: block }),
        };
        const event = {
          protocol: "nats",
          channel,
          message: message.number,
          headers: { ...headers },
          payload,
        } as const;
        context.journal.record({ ...event, kind: "published", client: WORKBENCH });
        const taken = router.publish(message, null);
        if (taken === 0)
          context.journal.record({
            ...event,
            kind: "dropped",
            client: null,
            reason: "no subscribers",
          });
      },
      async close() {},
    };
  },
};

/** Looks like nats-server's: an nkey of a server, `N` and 55 letters of base 32. */
function serverId(): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return `N${[...randomBytes(55)].map((byte) => letters[byte % 32]).join("")}`;
}
