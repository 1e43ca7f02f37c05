/** What the access list refused, for ACL LOG: equal refusals within a minute are one entry. */
import type { Bytes } from "../values.ts";
import type { Client } from "./client.ts";

export type AclLogReason = "auth" | "command" | "key" | "channel";
export type AclLogContext = "toplevel" | "multi" | "lua" | "module";

export interface AclRefusal {
  readonly reason: AclLogReason;
  readonly context: AclLogContext;
  readonly object: Bytes;
  /** The client as CLIENT LIST says it. */
  readonly info: string;
  /** Who was refused, where it is not the client's user: a login that failed. */
  readonly user?: Bytes;
}

export interface AclLogEntry extends AclRefusal {
  /** Of the last one. */
  info: string;
  count: number;
  readonly id: number;
  readonly user: Bytes;
  /** ms since 1970. */
  readonly created: number;
  updated: number;
}

const GROUPED = 60_000;
/** acllog-max-len's own bound is the administrator's; this one is the memory's. */
const LONGEST_OBJECT = 1024;

export class AclLog {
  /** The newest first. */
  entries: AclLogEntry[] = [];
  /** acllog-max-len. */
  max = 128;
  #ids = 0;

  add(now: number, client: Client, refusal: AclRefusal): void {
    const user = refusal.user ?? client.user.name;
    const object = refusal.object.slice(0, LONGEST_OBJECT);
    const { reason, context, info } = refusal;
    const equal = this.entries.findIndex(
      (entry) =>
        entry.reason === reason &&
        entry.context === context &&
        entry.object === object &&
        entry.user === user &&
        now - entry.created <= GROUPED,
    );
    const [found] = equal < 0 ? [] : this.entries.splice(equal, 1);
    const entry = found ?? {
      count: 0,
      id: this.#ids++,
      reason,
      context,
      object,
      user,
      info,
      created: now,
      updated: now,
    };
    entry.count++;
    entry.updated = now;
    entry.info = info;
    this.entries.unshift(entry);
    if (this.entries.length > this.max) this.entries.length = this.max;
  }

  reset(): void {
    this.entries = [];
  }
}
