/** Names: how RabbitMQ's errors say them, and those that the server gives. */
import { randomBytes } from "node:crypto";

/** `queue 'orders' in vhost '/'` */
export function described(kind: "queue" | "exchange", name: string, vhost: string): string {
  return `${kind} '${name}' in vhost '${vhost}'`;
}

/** For a queue that was declared without a name, or a consumer without a tag. */
export function generatedName(prefix: "amq.gen" | "amq.ctag" = "amq.gen"): string {
  return `${prefix}-${randomBytes(16).toString("base64url")}`;
}

/** RabbitMQ takes line ends out of the names that it is given. */
export function withoutLineEnds(name: string): string {
  return name.replaceAll(/[\r\n]/g, "");
}
