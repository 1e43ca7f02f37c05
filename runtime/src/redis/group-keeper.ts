/** Makes a stream's group, and makes it anew when it is gone: from where it was, so that nothing is skipped. */
import type { DriverContext } from "../driver.ts";
import { messageOf } from "../errors.ts";
import type { RedisClient } from "./driver.ts";
import { isBefore, readInfo } from "./entries.ts";
import { isReply } from "./reply-errors.ts";

export class GroupKeeper {
  readonly #client: RedisClient;
  readonly #key: string;
  readonly #group: string;
  readonly #from: string;
  readonly #logger: DriverContext["logger"];
  /** Up to here everything was delivered. */
  #last = "0-0";

  constructor(
    client: RedisClient,
    key: string,
    group: string,
    from: string,
    logger: DriverContext["logger"],
  ) {
    this.#client = client;
    this.#key = key;
    this.#group = group;
    this.#from = from;
    this.#logger = logger;
  }

  /** Makes stream and group where they are not there yet. */
  async create(): Promise<void> {
    await this.#make(this.#from);
    const groups = (await this.#client.callBuffer("xinfo", "GROUPS", this.#key)) as unknown[];
    const own = groups.map(readInfo).find((info) => textIn(info, "name") === this.#group);
    this.#last = textIn(own, "last-delivered-id") ?? "0-0";
  }

  seen(id: string): void {
    this.#last = id;
  }

  async recreate(): Promise<void> {
    const from = await this.#resume();
    await this.#make(from);
    this.#logger.warn(
      `the group "${this.#group}" of the stream "${this.#key}" was gone (FLUSHALL, DEL, a failover?): it is made anew, from ${from}; what its consumers had in hand is not redelivered by Redis`,
    );
  }

  /** A stream that began anew gives ids of its own: all of it is new, then. */
  async #resume(): Promise<string> {
    try {
      const reply = await this.#client.callBuffer("xinfo", "STREAM", this.#key);
      const newest = textIn(readInfo(reply), "last-generated-id") ?? "0-0";
      return isBefore(newest, this.#last) ? "0" : this.#last;
    } catch (error) {
      if (messageOf(error).includes("no such key")) return "0";
      throw error;
    }
  }

  async #make(from: string): Promise<void> {
    try {
      await this.#client.call("xgroup", "CREATE", this.#key, this.#group, from, "MKSTREAM");
    } catch (error) {
      if (!isReply(error, "BUSYGROUP")) throw error;
    }
  }
}

const textIn = (info: ReadonlyMap<string, unknown> | undefined, name: string): string | undefined =>
  (info?.get(name) as Buffer | undefined)?.toString();
