/**
 * What users may do in each virtual host: three regular expressions over the names of queues and exchanges, and two over
 * the routing keys of each topic exchange. https://www.rabbitmq.com/docs/access-control
 */
import { regularExpression } from "./patterns.ts";

export type Permission = "configure" | "write" | "read";

/** Regular expressions over names; "" allows none. */
export interface Permissions extends Readonly<Record<Permission, string>> {
  readonly user: string;
  readonly vhost: string;
}

/** Regular expressions over routing keys, in which {username} and {vhost} stand for what they say. */
export interface TopicPermissions extends Readonly<Record<"write" | "read", string>> {
  readonly user: string;
  readonly vhost: string;
  readonly exchange: string;
}

/** How many answers are kept for one pattern. */
const KEPT_ANSWERS = 1_000;

export class PermissionTable {
  /** By virtual host, then by user. */
  readonly #vhosts = new Map<string, Map<string, Granted>>();
  /** By virtual host, exchange and user. */
  readonly #topics = new Map<string, GrantedTopics>();

  /** @throws {SyntaxError} where a pattern cannot be read. */
  set(permissions: Permissions): void {
    const { user, vhost, configure, write, read } = permissions;
    const granted = {
      permissions,
      rules: { configure: matcher(configure), write: matcher(write), read: matcher(read) },
    };
    const users = this.#vhosts.get(vhost) ?? new Map<string, Granted>();
    this.#vhosts.set(vhost, users.set(user, granted));
  }

  clear(user: string, vhost: string): boolean {
    return this.#vhosts.get(vhost)?.delete(user) ?? false;
  }

  get(user: string, vhost: string): Permissions | undefined {
    return this.#vhosts.get(vhost)?.get(user)?.permissions;
  }

  list(): readonly Permissions[] {
    return [...this.#vhosts.values()].flatMap((users) =>
      [...users.values()].map(({ permissions }) => permissions),
    );
  }

  /** Whether the user may use an exchange or queue in this way. The default exchange is called amq.default here. */
  allows(user: string, vhost: string, permission: Permission, name: string): boolean {
    const granted = this.#vhosts.get(vhost)?.get(user);
    return granted !== undefined && granted.rules[permission](name === "" ? "amq.default" : name);
  }

  /** @throws {SyntaxError} where a pattern cannot be read. */
  setTopic(permissions: TopicPermissions): void {
    const { user, vhost, exchange } = permissions;
    const expanded = (pattern: string) =>
      pattern.replaceAll("{username}", user).replaceAll("{vhost}", vhost);
    this.#topics.set(topicKey(user, vhost, exchange), {
      permissions,
      rules: {
        write: matcher(expanded(permissions.write)),
        read: matcher(expanded(permissions.read)),
      },
    });
  }

  /** Of one exchange, or of all where none is said. */
  clearTopic(user: string, vhost: string, exchange?: string): void {
    this.#forgetTopics(
      (held) =>
        held.user === user &&
        held.vhost === vhost &&
        (exchange === undefined || held.exchange === exchange),
    );
  }

  listTopics(): readonly TopicPermissions[] {
    return [...this.#topics.values()].map(({ permissions }) => permissions);
  }

  /** Whether the user may use this routing key of a topic exchange. Who has no such permissions may use all. */
  allowsTopic(
    user: string,
    vhost: string,
    exchange: string,
    permission: "write" | "read",
    routingKey: string,
  ): boolean {
    if (this.#topics.size === 0) return true;
    return this.#topics.get(topicKey(user, vhost, exchange))?.rules[permission](routingKey) ?? true;
  }

  forgetUser(user: string): void {
    for (const users of this.#vhosts.values()) users.delete(user);
    this.#forgetTopics((permissions) => permissions.user === user);
  }

  forgetVhost(vhost: string): void {
    this.#vhosts.delete(vhost);
    this.#forgetTopics((permissions) => permissions.vhost === vhost);
  }

  #forgetTopics(goes: (permissions: TopicPermissions) => boolean): void {
    for (const [key, { permissions }] of this.#topics)
      if (goes(permissions)) this.#topics.delete(key);
  }
}

interface Granted {
  readonly permissions: Permissions;
  readonly rules: Readonly<Record<Permission, Matcher>>;
}

interface GrantedTopics {
  readonly permissions: TopicPermissions;
  readonly rules: Readonly<Record<"write" | "read", Matcher>>;
}

type Matcher = (name: string) => boolean;

function matcher(pattern: string): Matcher {
  // As every user is set up: it is asked for each message.
  if (pattern === ".*") return () => true;
  if (pattern === "") return (name) => name === "";
  const expression = regularExpression(pattern);
  const answers = new Map<string, boolean>();
  return (name) => {
    const known = answers.get(name);
    if (known !== undefined) return known;
    if (answers.size >= KEPT_ANSWERS) answers.clear();
    const answer = expression.test(name);
    answers.set(name, answer);
    return answer;
  };
}

function topicKey(user: string, vhost: string, exchange: string): string {
  return JSON.stringify([vhost, exchange, user]);
}
