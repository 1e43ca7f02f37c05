/** Parameters of the whole cluster, of any name and value. Nothing here acts on them. */
import { randomBytes } from "node:crypto";
import type { Broker } from "../model/contract.ts";
import { type Answer, done, noSuchObject, ok, put } from "./answer.ts";
import { asText } from "./body.ts";
import { listing } from "./listing.ts";
import { type ApiRequest, fields, named } from "./request.ts";

/** `cluster_name` is the broker's own. */
export class GlobalParameters {
  readonly #broker: Broker;
  readonly #values = new Map<string, unknown>();

  constructor(broker: Broker) {
    this.#broker = broker;
    const id = randomBytes(16).toString("base64url");
    this.#values.set("internal_cluster_id", `rabbitmq-cluster-id-${id}`);
  }

  get(name: string): unknown {
    return this.#values.get(name);
  }

  list(): readonly { readonly name: string; readonly value: unknown }[] {
    return [...this.#values].map(([name, value]) => ({ name, value }));
  }

  set(name: string, value: unknown): void {
    this.#values.set(name, value);
    if (name === "cluster_name") this.#broker.clusterName = asText(value);
  }

  /** False where there was none. */
  delete(name: string): boolean {
    if (name === "cluster_name") this.#broker.clusterName = this.#broker.node;
    return this.#values.delete(name);
  }
}

export function listGlobalParameters({ globalParameters, query }: ApiRequest): Answer {
  return ok(
    listing(
      globalParameters.list().map((each) => ({ ...each })),
      query,
    ),
  );
}

export function getGlobalParameter(request: ApiRequest): Answer {
  const name = named(request, "name");
  const value = request.globalParameters.get(name);
  if (value === undefined) throw noSuchObject();
  return ok({ name, value });
}

export function putGlobalParameter(request: ApiRequest): Answer {
  const name = named(request, "name");
  const { value } = fields(request, ["value"]);
  const isNew = request.globalParameters.get(name) === undefined;
  request.globalParameters.set(name, value);
  return put(isNew);
}

export function deleteGlobalParameter(request: ApiRequest): Answer {
  if (!request.globalParameters.delete(named(request, "name"))) throw noSuchObject();
  return done;
}

export function getClusterName({ broker }: ApiRequest): Answer {
  return ok({ name: broker.clusterName });
}

export function putClusterName(request: ApiRequest): Answer {
  request.globalParameters.set("cluster_name", fields(request, ["name"])["name"]);
  return done;
}
