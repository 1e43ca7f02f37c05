/** One request, as the routes see it. */
import type { IncomingHttpHeaders } from "node:http";
import type { EmulatorServer } from "../../emulator.ts";
import type { Actor, Broker, VirtualHost } from "../model/contract.ts";
import type { User } from "../model/users.ts";
import { badRequest, noSuchObject } from "./answer.ts";
import { readBody } from "./body.ts";
import type { GlobalParameters } from "./global-parameters.ts";

/** What all requests share. */
export interface Management {
  readonly broker: Broker;
  /** Where the broker and this API are. */
  readonly server: EmulatorServer;
  /** All of them are one connection to the journal. */
  readonly connection: number;
  readonly globalParameters: GlobalParameters;
}

export interface ApiRequest extends Management {
  readonly method: string;
  /** What stands in the path for `:name`, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** As it came. */
  readonly body: Buffer;
  readonly user: User;
  /** The user, as the model asks for one that does something. */
  readonly actor: Actor;
}

/** What the path says in this place. */
export function named({ parameters }: ApiRequest, name: string): string {
  return parameters[name] ?? "";
}

/** Exchanges: the default one has a name in paths. */
export function exchangeNamed(request: ApiRequest, name: string): string {
  const given = named(request, name);
  return given === "amq.default" ? "" : given;
}

/** The virtual host of the path; undefined where there is none of this name. */
export function vhostOf(request: ApiRequest): VirtualHost | undefined {
  return request.broker.vhosts.get(named(request, "vhost"));
}

/** @throws {ApiError} 404 where there is none of this name. */
export function existingVhost(request: ApiRequest): VirtualHost {
  const vhost = vhostOf(request);
  if (vhost === undefined) throw noSuchObject();
  return vhost;
}

/** The virtual host of the path, or all that the user may see. @throws {ApiError} 404 */
export function vhostsOf(request: ApiRequest): readonly VirtualHost[] {
  return request.parameters["vhost"] === undefined
    ? visibleVhosts(request)
    : [existingVhost(request)];
}

/** Those that the user may log in to; a monitor sees all. */
export function visibleVhosts({ broker, user }: ApiRequest): readonly VirtualHost[] {
  const all = [...broker.vhosts.values()];
  if (hasTag(user, "monitoring")) return all;
  return all.filter(({ name }) => broker.users.permissions.get(user.name, name) !== undefined);
}

/** An administrator has every tag. */
export function hasTag(
  { tags }: User,
  tag: "administrator" | "monitoring" | "policymaker",
): boolean {
  return tags.includes("administrator") || tags.includes(tag);
}

/** The object in the body. @throws {ApiError} 400 for what is none, and where one of the `needed` fields is missing. */
export function fields(
  { body }: ApiRequest,
  needed: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  const read = readBody(body);
  const missing = needed.filter((name) => read[name] === undefined);
  if (missing.length === 0) return read;
  const tuples = missing.map((name) => `{key_missing,${name}}`);
  const line = `[${tuples.join(",")}]`;
  // Erlang's lines have 80 columns.
  throw badRequest(line.length <= 80 ? line : `[${tuples.join(",\n ")}]`);
}
