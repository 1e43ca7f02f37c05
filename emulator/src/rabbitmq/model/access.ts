/** Whether an actor may do something in one virtual host. */
import { WORKBENCH } from "../../protocol.ts";
import type { Actor } from "./contract.ts";
import { channelError } from "./errors.ts";
import { described } from "./names.ts";
import type { Permission } from "./permissions.ts";
import type { Users } from "./users.ts";

export class Access {
  readonly #users: Users;
  readonly #vhost: string;

  constructor(users: Users, vhost: string) {
    this.#users = users;
    this.#vhost = vhost;
  }

  /** @throws {AmqpError} 403 */
  require(actor: Actor, permission: Permission, kind: "queue" | "exchange", name: string): void {
    const user = actor.user.name;
    if (mayAll(actor) || this.#users.permissions.allows(user, this.#vhost, permission, name))
      return;
    const what = described(
      kind,
      name === "" && kind === "exchange" ? "amq.default" : name,
      this.#vhost,
    );
    throw channelError(403, `access to ${what} refused for user '${user}'`);
  }

  /** For the routing keys of topic exchanges. @throws {AmqpError} 403 */
  requireTopic(
    actor: Actor,
    permission: "write" | "read",
    exchange: string,
    routingKey: string,
  ): void {
    const user = actor.user.name;
    if (
      mayAll(actor) ||
      this.#users.permissions.allowsTopic(user, this.#vhost, exchange, permission, routingKey)
    )
      return;
    throw channelError(
      403,
      `access to topic '${routingKey}' in exchange '${exchange}' in vhost '${this.#vhost}' refused for user '${user}'`,
    );
  }
}

/** Permissions are for clients. */
function mayAll({ client }: Actor): boolean {
  return client === WORKBENCH;
}
