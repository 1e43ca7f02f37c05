/** The workbench as a client of Redis: it publishes without a connection, by the commands that others use. */
import { WORKBENCH, type WorkbenchMessage } from "../../protocol.ts";
import { execute } from "../commands/execute.ts";
import { Client, type Line } from "../model/client.ts";
import type { Redis } from "../model/redis.ts";
import { Selector } from "../model/selector.ts";
import { User } from "../model/user.ts";
import { type Bytes, Failure, POSTPONED, type Argv } from "../values.ts";
import { seal } from "../wire/seal.ts";

/** It reads nothing. */
const nowhere: Line = {
  unread: 0,
  push() {},
  deliver: (_push, _channel, steps) => steps.lost("the workbench reads nothing"),
  unblocked() {},
  close() {},
};

/** Rejects with what a client would be answered. */
export function createWorkbench(redis: Redis): (message: WorkbenchMessage) => Promise<void> {
  const client = new Client(
    {
      id: WORKBENCH.connection,
      created: redis.started,
      journal: WORKBENCH,
      serverPort: 0,
      user: everybody(),
    },
    nowhere,
  );
  client.authenticated = true;
  return async (message) => {
    const argv = commandFor(message);
    let reply = execute(redis, client, argv);
    while (reply === POSTPONED) {
      await new Promise<void>((resolve) => redis.pause.wait(resolve));
      reply = execute(redis, client, argv);
    }
    if (reply instanceof Failure) throw new Error(reply.message);
  };
}

/** Access lists are for clients. */
function everybody(): User {
  const user = new User(WORKBENCH.name);
  user.root = Selector.everything();
  return user;
}

function commandFor({ channel, channelType, payload, headers = {} }: WorkbenchMessage): Argv {
  const name = Buffer.from(channel).toString("latin1");
  const body: Bytes =
    Object.keys(headers).length === 0
      ? Buffer.from(payload).toString("latin1")
      : seal(payload, headers);
  switch (channelType) {
    case "list":
      return ["RPUSH", name, body];
    case "stream":
      return ["XADD", name, "*", "__data__", body];
    default:
      return ["PUBLISH", name, body];
  }
}
