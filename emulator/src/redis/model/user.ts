/** One user of the access list: who may log in with what. https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ */
import { createHash } from "node:crypto";
import type { Bytes } from "../values.ts";
import { Selector } from "./selector.ts";

export class User {
  readonly name: Bytes;
  enabled = false;
  /** Any password will do. */
  noPassword = false;
  /** Whether RESTORE looks closely at what this user sends. It always does here. */
  sanitizes = true;
  /** SHA-256 in hex, in the order in which they were given. */
  readonly passwords: Set<string> = new Set();
  /** What is granted by itself, not in parentheses. */
  root: Selector = new Selector();
  selectors: Selector[] = [];

  constructor(name: Bytes) {
    this.name = name;
  }

  /** Whether its clients are in without AUTH, where it is the default user. */
  get needsNoPassword(): boolean {
    return this.enabled && this.noPassword;
  }

  /** Whether nothing is refused to it. */
  get unrestricted(): boolean {
    return this.root.unrestricted;
  }

  accepts(password: Bytes): boolean {
    return this.enabled && (this.noPassword || this.passwords.has(passwordHash(password)));
  }

  /** As a new user is: off, without passwords, and nothing granted. */
  reset(): void {
    this.enabled = false;
    this.noPassword = false;
    this.sanitizes = true;
    this.passwords.clear();
    this.root = new Selector();
    this.selectors = [];
  }

  /** Another one with the same rules, for trying out changes. */
  copy(): User {
    const copy = new User(this.name);
    copy.become(this);
    return copy;
  }

  become(other: User): void {
    this.enabled = other.enabled;
    this.noPassword = other.noPassword;
    this.sanitizes = other.sanitizes;
    this.passwords.clear();
    for (const password of other.passwords) this.passwords.add(password);
    this.root = other.root.copy();
    this.selectors = other.selectors.map((selector) => selector.copy());
  }
}

export function passwordHash(password: Bytes): string {
  return createHash("sha256").update(password, "latin1").digest("hex");
}
