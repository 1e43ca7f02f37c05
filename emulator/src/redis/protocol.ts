/** Redis, written here, claiming 7.2: RESP2 and RESP3, commands as rows of one table. https://redis.io/docs/latest/commands/ */
import type { Protocol, ProtocolKind } from "../protocol.ts";
import { Redis } from "./model/redis.ts";
import { restoreRedis, snapshotRedis } from "./snapshot.ts";
import { RedisSession } from "./session/session.ts";
import { createWorkbench } from "./session/workbench.ts";

export const redis: ProtocolKind = {
  name: "redis",
  defaultPort: 6379,
  scheme: "redis://",
  // Redis has no port of its own for TLS: this is where its documentation has it.
  tls: { scheme: "rediss://", defaultPort: 6380 },
  async open(context): Promise<Protocol> {
    const model = new Redis(context);
    return {
      accept: (connection) => new RedisSession(model, connection),
      publish: createWorkbench(model),
      snapshot: () => snapshotRedis(model),
      restore: (snapshot, time) => restoreRedis(model, snapshot, time),
      async close() {},
    };
  },
};
