/** How to reach each server of a cluster, as the client wants to know it. */
import { ConnectError } from "../errors.ts";
import { parseServerUrl } from "../server-url.ts";
import type { ConnectOptions } from "./driver.ts";
import type { RabbitmqOptions } from "./options.ts";

/** One server, and how logs and errors may show it. */
export interface Server {
  /** Without credentials. */
  readonly address: string;
  readonly options: ConnectOptions;
}

/** Often enough to notice a silent connection within a minute; RabbitMQ suggests 5 to 20 seconds. */
const HEARTBEAT = 20;

/** @throws {ConnectError} for what is no address, with the form to write. */
export function serversOf(urls: string, options: RabbitmqOptions): Server[] {
  return urls.split(",").map((each) => serverOf(each.trim(), options));
}

function serverOf(text: string, options: RabbitmqOptions): Server {
  const { address, user, password } = parseServerUrl(text, "amqp");
  const url = new URL(address);
  if (url.protocol !== "amqp:" && url.protocol !== "amqps:")
    throw new ConnectError(`"${address}" is no server address: write amqp://host:port`);
  const secure = url.protocol === "amqps:" || options.tls !== undefined;
  return {
    address,
    options: {
      protocol: secure ? "amqps" : "amqp",
      // A URL puts IPv6 addresses in brackets.
      hostname: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port === "" ? (secure ? 5671 : 5672) : Number(url.port),
      username: options.user ?? user ?? "guest",
      password: options.password ?? password ?? "guest",
      vhost: encodeURIComponent(options.vhost ?? vhostIn(url)),
      heartbeat: options.heartbeat ?? HEARTBEAT,
    },
  };
}

/** `amqp://host/` and `amqp://host` mean `/`, as with other clients. */
function vhostIn(url: URL): string {
  const path = decodeURIComponent(url.pathname.slice(1));
  return path === "" ? "/" : path;
}
