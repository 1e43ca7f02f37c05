/**
 * Who may connect, and which topics each may use. Without rules everybody who may connect may use every topic, as
 * mosquitto without an acl_file.
 */
import type { MqttUser } from "../../emulator.ts";
import type { Credentials } from "../../protocol.ts";
import { filterMatches } from "./topics.ts";

/** Who asks. */
export interface Asking {
  readonly user: string | null;
  readonly clientId: string;
}

export class Access {
  readonly #auth: Credentials | null;
  readonly #users: ReadonlyMap<string, MqttUser>;

  constructor(auth: Credentials | null, users: readonly MqttUser[]) {
    this.#auth = auth;
    this.#users = new Map(users.map((user) => [user.user, user]));
  }

  /** User and password as they are; a token is given as the password, under any user name. */
  mayConnect(user: string | undefined, password: string | undefined): boolean {
    if (this.#auth === null && this.#users.size === 0) return true;
    if (user !== undefined) {
      const known = this.#users.get(user);
      if (known !== undefined) return known.password === (password ?? "");
    }
    const auth = this.#auth;
    if (auth === null) return false;
    if (auth.token !== undefined && password === auth.token) return true;
    return (
      auth.user !== undefined && user === auth.user && (password ?? "") === (auth.password ?? "")
    );
  }

  mayPublish(asking: Asking, topic: string): boolean {
    return this.#allows("publish", asking, topic);
  }

  mayRead(asking: Asking, topic: string): boolean {
    return this.#allows("subscribe", asking, topic);
  }

  #allows(what: "publish" | "subscribe", { user, clientId }: Asking, topic: string): boolean {
    if (this.#users.size === 0 || user === null) return true;
    const patterns = this.#users.get(user)?.[what];
    return (
      patterns === undefined ||
      patterns.some((pattern) => {
        // As mosquitto: what stands for them must not bring wildcards in.
        if (/[+#/]/.test(pattern.includes("%c") ? clientId : "")) return false;
        if (/[+#/]/.test(pattern.includes("%u") ? user : "")) return false;
        const filter = pattern.replaceAll("%c", clientId).replaceAll("%u", user);
        return filterMatches(filter, topic);
      })
    );
  }
}
