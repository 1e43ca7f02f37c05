/** Everything that was declared, to be kept and brought back. https://www.rabbitmq.com/docs/definitions */
import type { VirtualHost } from "../model/contract.ts";
import { PRODUCT, PRODUCT_VERSION } from "../product.ts";
import { type Answer, badRequest, ok } from "./answer.ts";
import { allBindings, bindingJson } from "./bindings.ts";
import { exchangeJson } from "./exchanges.ts";
import { tableToJson } from "./field-json.ts";
import { policiesJson } from "./policies.ts";
import { type ApiRequest, vhostOf } from "./request.ts";
import { userJson } from "./users.ts";

type Item = Readonly<Record<string, unknown>>;

export function exportDefinitions(request: ApiRequest): Answer {
  const { broker, globalParameters } = request;
  const { permissions } = broker.users;
  const vhosts = [...broker.vhosts.values()];
  return download(request, {
    rabbit_version: PRODUCT_VERSION,
    rabbitmq_version: PRODUCT_VERSION,
    product_name: PRODUCT,
    product_version: PRODUCT_VERSION,
    users: broker.users.list().map(userJson),
    vhosts: vhosts.map(({ name, metadata: { description, tags } }) => ({
      name,
      description,
      tags,
      metadata: { description, tags },
    })),
    permissions: permissions.list(),
    topic_permissions: permissions.listTopics(),
    parameters: vhosts.flatMap(operatorPolicies),
    global_parameters: globalParameters.list(),
    policies: vhosts.flatMap((vhost) => policiesJson("policy", vhost)),
    queues: vhosts.flatMap(queues),
    exchanges: vhosts.flatMap(exchanges),
    bindings: vhosts.flatMap(bindings),
  });
}

/** Without the name of the virtual host, so that another can take them; policies keep it. */
export function exportVhostDefinitions(request: ApiRequest): Answer {
  const vhost = vhostOf(request);
  if (vhost === undefined) throw badRequest("vhost_not_found");
  const alone = ({ vhost: _, ...item }: Item) => item;
  return download(request, {
    rabbit_version: PRODUCT_VERSION,
    parameters: operatorPolicies(vhost),
    policies: policiesJson("policy", vhost),
    queues: queues(vhost).map(alone),
    exchanges: exchanges(vhost).map(alone),
    bindings: bindings(vhost).map(alone),
  });
}

function download({ query }: ApiRequest, body: Item): Answer {
  const file = query.get("download");
  if (file === null) return ok(body);
  const name = file.replace(/[^\x20-\x7e]/g, "");
  return { ...ok(body), headers: { "content-disposition": `attachment; filename=${name}` } };
}

/** Operator policies are kept as parameters of a component of that name. */
function operatorPolicies(vhost: VirtualHost): readonly Item[] {
  return policiesJson("operator_policy", vhost).map(({ name, vhost: of, ...value }) => ({
    vhost: of,
    component: "operator_policy",
    name,
    value,
  }));
}

/** Exclusive ones go with their connections. */
function queues(vhost: VirtualHost): readonly Item[] {
  return [...vhost.queues.values()]
    .filter(({ owner }) => owner === null)
    .map((queue) => ({
      name: queue.name,
      vhost: vhost.name,
      durable: queue.durable,
      auto_delete: queue.autoDelete,
      arguments: tableToJson(queue.arguments),
    }));
}

/** Those that are always there are left out. */
function exchanges(vhost: VirtualHost): readonly Item[] {
  return [...vhost.exchanges.values()]
    .filter(({ name }) => name !== "" && !name.startsWith("amq."))
    .map((exchange) => {
      const { policy: _, user_who_performed_action: __, ...item } = exchangeJson(vhost, exchange);
      return item;
    });
}

function bindings(vhost: VirtualHost): readonly Item[] {
  const stays = (queue: string) => vhost.queues.get(queue)?.owner === null;
  return allBindings(vhost)
    .filter(({ source }) => source !== "")
    .filter(({ destination, destinationType: type }) => type === "exchange" || stays(destination))
    .map((binding) => {
      const { properties_key: _, ...item } = bindingJson(vhost, binding);
      return item;
    });
}
