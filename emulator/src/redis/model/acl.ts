/** The access list: users by name. https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ */
import type { Credentials } from "../../protocol.ts";
import type { Bytes } from "../values.ts";
import { AclLog } from "./acl-log.ts";
import { Selector } from "./selector.ts";
import { passwordHash, User } from "./user.ts";

export class Acl {
  readonly users: Map<Bytes, User> = new Map();
  /** Who a client is before it says so. */
  readonly default: User;
  readonly log: AclLog = new AclLog();

  constructor(auth: Credentials | null) {
    this.default = this.#everything("default");
    this.default.noPassword = true;
    const password = auth?.password ?? auth?.token;
    if (auth === null || password === undefined) return;
    const { user } = auth;
    if (user === undefined || user === this.default.name) this.require(password);
    else {
      this.#everything(user).passwords.add(passwordHash(password));
      this.default.enabled = false;
    }
  }

  /** `requirepass`; empty: none is asked. */
  require(password: Bytes): void {
    this.default.passwords.clear();
    this.default.noPassword = password === "";
    if (password !== "") this.default.passwords.add(passwordHash(password));
  }

  /** Whether a client that has not logged in may do nothing. */
  get asksPassword(): boolean {
    return !this.default.needsNoPassword;
  }

  /** The user with this name and password; null where they do not belong together. */
  authenticate(name: Bytes, password: Bytes): User | null {
    const user = this.users.get(name);
    return user?.accepts(password) === true ? user : null;
  }

  /** A user that is not in force yet. It may nothing, not even log in. */
  draft(name: Bytes): User {
    return new User(name);
  }

  #everything(name: Bytes): User {
    const user = this.draft(name);
    user.enabled = true;
    user.root = Selector.everything();
    this.users.set(name, user);
    return user;
  }
}
