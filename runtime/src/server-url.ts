/** A server's address as users write it: `nats://user:password@host:4222`, or only `host:4222`. */
import { ConnectError } from "./errors.ts";

export interface ServerUrl {
  /** Without credentials: what a client is given, and what logs and errors may show. */
  readonly address: string;
  readonly user?: string;
  readonly password?: string;
}

/** @throws {ConnectError} for what is no address, with the form to write. */
export function parseServerUrl(text: string, scheme: string): ServerUrl {
  const form = `write ${scheme}://host:port`;
  let url: URL;
  try {
    url = new URL(text.includes("://") ? text : `${scheme}://${text}`);
  } catch (cause) {
    throw new ConnectError(`"${text.replace(/\/\/.*@/, "//")}" is no server address: ${form}`, {
      cause,
    });
  }
  if (url.hostname === "")
    throw new ConnectError(`"${url.protocol}//${url.pathname}" names no host: ${form}`);
  const { username, password } = url;
  url.username = "";
  url.password = "";
  return {
    address: url.href,
    ...(username === "" ? {} : { user: decodeURIComponent(username) }),
    ...(password === "" ? {} : { password: decodeURIComponent(password) }),
  };
}
