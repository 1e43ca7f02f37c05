/** Who may log in. https://www.rabbitmq.com/docs/access-control */
import type { Credentials } from "../../protocol.ts";
import { type HashingAlgorithm, hashPassword, matchesHash } from "./passwords.ts";
import { type Permissions, PermissionTable, type TopicPermissions } from "./permissions.ts";

export interface User {
  readonly name: string;
  readonly tags: readonly string[];
  /** base64; "" for a user that cannot log in with a password. */
  readonly passwordHash: string;
  readonly hashingAlgorithm: HashingAlgorithm;
}

/** The users, as plain data. */
export interface UsersSnapshot {
  readonly users: readonly User[];
  readonly permissions: readonly Permissions[];
  readonly topicPermissions: readonly TopicPermissions[];
}

export class Users {
  readonly permissions: PermissionTable = new PermissionTable();
  readonly #users = new Map<string, User>();
  readonly #deleted: (name: string) => void;

  /** One administrator, who may do everything in "/": guest, or who is asked for. `deleted`: told of each that goes. */
  constructor(credentials: Credentials | null, deleted: (name: string) => void) {
    this.#deleted = deleted;
    const user = credentials?.user ?? "guest";
    this.setPassword(user, credentials?.password ?? credentials?.token ?? "guest", [
      "administrator",
    ]);
    this.permissions.set({ user, vhost: "/", configure: ".*", write: ".*", read: ".*" });
  }

  get(name: string): User | undefined {
    return this.#users.get(name);
  }

  list(): readonly User[] {
    return [...this.#users.values()];
  }

  /** Null where the name or the password is wrong. */
  authenticate(name: string, password: string): User | null {
    const user = this.#users.get(name);
    return user !== undefined && matchesHash(password, user.passwordHash, user.hashingAlgorithm)
      ? user
      : null;
  }

  setPassword(name: string, password: string, tags: readonly string[]): void {
    this.put({
      name,
      tags,
      passwordHash: hashPassword(password),
      hashingAlgorithm: "rabbit_password_hashing_sha256",
    });
  }

  put(user: User): void {
    this.#users.set(user.name, user);
  }

  delete(name: string): boolean {
    if (!this.#users.delete(name)) return false;
    this.permissions.forgetUser(name);
    this.#deleted(name);
    return true;
  }

  snapshot(): UsersSnapshot {
    return {
      users: this.list(),
      permissions: this.permissions.list(),
      topicPermissions: this.permissions.listTopics(),
    };
  }

  restore(snapshot: UsersSnapshot): void {
    for (const name of this.#users.keys()) this.permissions.forgetUser(name);
    this.#users.clear();
    for (const user of snapshot.users) this.put(user);
    for (const permissions of snapshot.permissions) this.permissions.set(permissions);
    for (const permissions of snapshot.topicPermissions) this.permissions.setTopic(permissions);
  }
}
