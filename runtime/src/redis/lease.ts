/**
 * The name of a consumer, as long as its process lives: a key that expires unless it is renewed. Whoever finds it gone
 * may take what that consumer had left.
 */
import { randomUUID } from "node:crypto";
import type { DriverContext } from "../driver.ts";
import { messageOf } from "../errors.ts";
import type { Sender } from "./sender.ts";

/** For how long a process that is not heard of counts as living, in ms. */
export const LEASE = 15_000;

export interface Lease {
  readonly name: string;
  /** Never rejects. */
  release(): Promise<void>;
}

export interface Leasing {
  readonly sender: Sender;
  readonly logger: DriverContext["logger"];
  /** The key of a name's lease. */
  key(name: string): string;
  /** The name to have; `-2`, `-3` … are put to it where another process has it. */
  readonly name: string;
  /** The name was given by the user: it is taken from whoever has it, who is taken for dead. */
  readonly exact: boolean;
}

export async function acquire(leasing: Leasing): Promise<Lease> {
  const { sender, logger, exact } = leasing;
  const id = randomUUID();
  const name = await find(leasing, id);
  const key = leasing.key(name);
  const what = `keep the consumer name "${name}"`;
  let warned = false;

  async function renew(): Promise<void> {
    if (sender.link.lost) return;
    const holder = await sender.send((client) => client.get(key), { what, repeatable: true });
    if (holder !== null && holder !== id && !exact) {
      if (!warned)
        logger.error(
          `another process has taken the consumer name "${name}": this one was not heard of for ${LEASE} ms; what it has in hand may be handled twice`,
        );
      warned = true;
      return;
    }
    if (holder !== null && holder !== id && !warned) {
      warned = true;
      logger.error(
        `another process calls itself "${name}", too: give each its own \`consumer\`, or messages are handled twice`,
      );
    }
    await sender.send((client) => client.set(key, id, "PX", LEASE), { what, repeatable: true });
  }
  const timer = setInterval(
    () =>
      void renew().catch((error: unknown) => logger.warn(`could not ${what}: ${messageOf(error)}`)),
    LEASE / 3,
  );
  timer.unref();
  return {
    name,
    async release() {
      clearInterval(timer);
      const send = { what, repeatable: true, timeout: 1000 };
      await sender
        .send(async (client) => ((await client.get(key)) === id ? client.del(key) : 0), send)
        .catch(() => undefined);
    },
  };
}

async function find({ sender, key, name, exact }: Leasing, id: string): Promise<string> {
  for (let number = 1; ; number++) {
    const wanted = number === 1 ? name : `${name}-${number}`;
    const what = `take the consumer name "${wanted}"`;
    const taken = await sender.send(
      async (client) =>
        exact
          ? client.set(key(wanted), id, "PX", LEASE)
          : ((await client.set(key(wanted), id, "PX", LEASE, "NX")) ??
            // The answer to an earlier attempt was lost.
            ((await client.get(key(wanted))) === id ? "OK" : null)),
      { what, repeatable: true },
    );
    if (taken === "OK") return wanted;
  }
}
