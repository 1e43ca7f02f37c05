/** CLIENT KILL: by address, in the old form, or by filters that all have to fit. */
import type { Client } from "../model/client.ts";
import type { Redis } from "../model/redis.ts";
import { type Bytes, Failure, OK, type Reply } from "../values.ts";
import { clientsOfType } from "./client-list.ts";
import { type Call, integer, SYNTAX_ERROR } from "./command.ts";

export function clientKill({ redis, client }: Call, options: readonly Bytes[]): Reply {
  const all = [...redis.clients.values()];
  if (options.length === 1) {
    const victim = all.find((each) => each.address === options[0]);
    if (victim === undefined) throw new Failure("ERR No such client");
    end(victim, client);
    return OK;
  }
  const { victims, skipsMe } = chosen(redis, all, options);
  const killed = victims.filter((each) => !skipsMe || each !== client);
  for (const victim of killed) end(victim, client);
  return killed.length;
}

/** Who kills itself gets the answer. */
function end(victim: Client, by: Client): void {
  if (victim === by) victim.leaving = true;
  else victim.line.close();
}

function chosen(
  redis: Redis,
  all: readonly Client[],
  options: readonly Bytes[],
): { victims: readonly Client[]; skipsMe: boolean } {
  let victims = all;
  let skipsMe = true;
  for (let at = 0; at < options.length; at += 2) {
    const value = options[at + 1];
    if (value === undefined) throw new Failure(SYNTAX_ERROR);
    switch (options[at]?.toLowerCase()) {
      case "id": {
        const id = integer(value, "ERR client-id should be greater than 0");
        if (id < 1) throw new Failure("ERR client-id should be greater than 0");
        victims = victims.filter((each) => each.id === id);
        break;
      }
      case "type":
        victims = clientsOfType(victims, value);
        break;
      case "addr":
        victims = victims.filter((each) => each.address === value);
        break;
      case "laddr":
        victims = victims.filter((each) => each.localAddress === value);
        break;
      case "user":
        if (!redis.acl.users.has(value)) throw new Failure(`ERR No such user '${value}'`);
        victims = victims.filter((each) => each.user.name === value);
        break;
      case "skipme":
        if (!/^(?:yes|no)$/i.test(value)) throw new Failure(SYNTAX_ERROR);
        skipsMe = value.toLowerCase() === "yes";
        break;
      default:
        throw new Failure(SYNTAX_ERROR);
    }
  }
  return { victims, skipsMe };
}
