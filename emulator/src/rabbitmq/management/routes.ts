/** All that can be asked, as a table: what is advertised is read from it. https://www.rabbitmq.com/docs/http-api-reference */
import type { Access } from "./access.ts";
import { type Answer, done, ok } from "./answer.ts";
import * as bindings from "./bindings.ts";
import { checkCertificates } from "./certificates.ts";
import * as channels from "./channels.ts";
import * as connections from "./connections.ts";
import { listConsumers } from "./consumers.ts";
import * as definitions from "./definitions.ts";
import * as exchanges from "./exchanges.ts";
import * as cluster from "./global-parameters.ts";
import * as health from "./health.ts";
import * as definitionsImport from "./import.ts";
import * as messages from "./messages.ts";
import * as nodes from "./overview.ts";
import * as permissions from "./permissions.ts";
import { policyRoutes } from "./policies.ts";
import * as queues from "./queues.ts";
import type { ApiRequest } from "./request.ts";
import * as parameters from "./runtime-parameters.ts";
import * as users from "./users.ts";
import * as vhosts from "./vhosts.ts";

export type Method = "GET" | "PUT" | "POST" | "DELETE";

/** Below /api. A part `:name` stands for anything, `:name(a|b)` for one of these. Of paths that fit, the first counts. */
export type Route = readonly [
  method: Method,
  path: string,
  access: Access,
  answer: (request: ApiRequest) => Answer,
];

const policies = policyRoutes("policy");
const operatorPolicies = policyRoutes("operator_policy");
const BETWEEN = "/bindings/:vhost/e/:source/:kind(q|e)/:destination";
const BINDING = `${BETWEEN}/:key`;
const none = () => ok([]);

export const routes: readonly Route[] = [
  ["GET", "/overview", "any", nodes.overview],
  ["GET", "/whoami", "any", users.whoAmI],
  ["GET", "/cluster-name", "any", cluster.getClusterName],
  ["PUT", "/cluster-name", "administrator", cluster.putClusterName],
  ["GET", "/nodes", "monitoring", nodes.listNodes],
  ["GET", "/nodes/:node", "monitoring", nodes.getNode],
  ["GET", "/feature-flags", "administrator", nodes.listFeatureFlags],
  ["GET", "/extensions", "any", none],

  ["GET", "/definitions", "administrator", definitions.exportDefinitions],
  ["POST", "/definitions", "administrator", definitionsImport.importDefinitions],
  ["GET", "/definitions/:vhost", "administrator", definitions.exportVhostDefinitions],
  ["POST", "/definitions/:vhost", "administrator", definitionsImport.importVhostDefinitions],

  ["GET", "/parameters", "policies", parameters.listParameters],
  ["GET", "/parameters/:component", "policies", parameters.listParameters],
  ["GET", "/parameters/:component/:vhost", "policies", parameters.listParameters],
  ["GET", "/parameters/:component/:vhost/:name", "policies", parameters.getParameter],
  ["PUT", "/parameters/:component/:vhost/:name", "policies", parameters.putParameter],
  ["DELETE", "/parameters/:component/:vhost/:name", "policies", parameters.getParameter],
  ["GET", "/global-parameters", "global parameters", cluster.listGlobalParameters],
  ["GET", "/global-parameters/:name", "global parameters", cluster.getGlobalParameter],
  ["PUT", "/global-parameters/:name", "global parameters", cluster.putGlobalParameter],
  ["DELETE", "/global-parameters/:name", "global parameters", cluster.deleteGlobalParameter],

  ["GET", "/policies", "vhost", policies.list],
  ["GET", "/policies/:vhost", "vhost", policies.list],
  ["GET", "/policies/:vhost/:name", "policies", policies.get],
  ["PUT", "/policies/:vhost/:name", "policies", policies.put],
  ["DELETE", "/policies/:vhost/:name", "policies", policies.delete],
  ["GET", "/operator-policies", "vhost", operatorPolicies.list],
  ["GET", "/operator-policies/:vhost", "vhost", operatorPolicies.list],
  ["GET", "/operator-policies/:vhost/:name", "administrator", operatorPolicies.get],
  ["PUT", "/operator-policies/:vhost/:name", "administrator", operatorPolicies.put],
  ["DELETE", "/operator-policies/:vhost/:name", "administrator", operatorPolicies.delete],
  ["GET", "/vhost-limits", "any", none],
  ["GET", "/user-limits", "any", none],

  ["GET", "/connections", "any", connections.listConnections],
  ["GET", "/connections/:connection", "any", connections.getConnection],
  ["DELETE", "/connections/:connection", "any", connections.deleteConnection],
  ["GET", "/connections/username/:username", "any", connections.listUserConnections],
  ["DELETE", "/connections/username/:username", "administrator", connections.deleteUserConnections],
  ["GET", "/connections/:connection/channels", "any", channels.listConnectionChannels],
  ["GET", "/channels", "any", channels.listChannels],
  ["GET", "/channels/:channel", "any", channels.getChannel],
  ["GET", "/consumers", "any", listConsumers],
  ["GET", "/consumers/:vhost", "any", listConsumers],

  ["GET", "/exchanges", "vhost", exchanges.listExchanges],
  ["GET", "/exchanges/:vhost", "vhost", exchanges.listExchanges],
  ["GET", "/exchanges/:vhost/:exchange", "vhost", exchanges.getExchange],
  ["PUT", "/exchanges/:vhost/:exchange", "vhost", exchanges.putExchange],
  ["DELETE", "/exchanges/:vhost/:exchange", "vhost", exchanges.deleteExchange],
  ["POST", "/exchanges/:vhost/:exchange/publish", "vhost", messages.publishMessage],
  ["GET", "/exchanges/:vhost/:exchange/bindings/source", "vhost", bindings.listExchangeSources],
  [
    "GET",
    "/exchanges/:vhost/:exchange/bindings/destination",
    "vhost",
    bindings.listExchangeDestinations,
  ],

  ["GET", "/queues", "vhost", queues.listQueues],
  ["GET", "/queues/:vhost", "vhost", queues.listQueues],
  ["GET", "/queues/:vhost/:queue", "vhost", queues.getQueue],
  ["PUT", "/queues/:vhost/:queue", "vhost", queues.putQueue],
  ["DELETE", "/queues/:vhost/:queue", "vhost", queues.deleteQueue],
  ["GET", "/queues/:vhost/:queue/bindings", "vhost", bindings.listQueueBindings],
  ["DELETE", "/queues/:vhost/:queue/contents", "vhost", queues.purgeQueue],
  ["POST", "/queues/:vhost/:queue/get", "vhost", messages.getMessages],
  ["POST", "/queues/:vhost/:queue/actions", "administrator", queues.actOnQueue],

  ["GET", "/bindings", "vhost", bindings.listBindings],
  ["GET", "/bindings/:vhost", "vhost", bindings.listBindings],
  ["GET", BETWEEN, "vhost", bindings.listBetween],
  ["POST", BETWEEN, "vhost", bindings.postBinding],
  ["GET", BINDING, "vhost", bindings.getBinding],
  ["DELETE", BINDING, "vhost", bindings.deleteBinding],

  ["GET", "/vhosts", "any", vhosts.listVhosts],
  ["GET", "/vhosts/:vhost", "administrator", vhosts.getVhost],
  ["PUT", "/vhosts/:vhost", "administrator", vhosts.putVhost],
  ["DELETE", "/vhosts/:vhost", "administrator", vhosts.deleteVhost],
  ["POST", "/vhosts/:vhost/start/:node", "administrator", vhosts.restartVhost],
  ["GET", "/vhosts/:vhost/permissions", "administrator", permissions.listVhostPermissions],
  [
    "GET",
    "/vhosts/:vhost/topic-permissions",
    "administrator",
    permissions.listVhostTopicPermissions,
  ],
  ["GET", "/vhosts/:vhost/connections", "vhost", connections.listVhostConnections],
  ["GET", "/vhosts/:vhost/channels", "vhost", channels.listVhostChannels],

  ["POST", "/users/bulk-delete", "administrator", users.deleteUsers],
  ["GET", "/users/without-permissions", "administrator", users.listUsersWithoutPermissions],
  ["GET", "/users", "administrator", users.listUsers],
  ["GET", "/users/:user", "administrator", users.getUser],
  ["PUT", "/users/:user", "administrator", users.putUser],
  ["DELETE", "/users/:user", "administrator", users.deleteUser],
  ["GET", "/users/:user/permissions", "administrator", permissions.listUserPermissions],
  ["GET", "/users/:user/topic-permissions", "administrator", permissions.listUserTopicPermissions],
  ["GET", "/permissions", "administrator", permissions.listPermissions],
  ["GET", "/permissions/:vhost/:user", "administrator", permissions.getPermissions],
  ["PUT", "/permissions/:vhost/:user", "administrator", permissions.putPermissions],
  ["DELETE", "/permissions/:vhost/:user", "administrator", permissions.deletePermissions],
  ["GET", "/topic-permissions", "administrator", permissions.listTopicPermissions],
  ["GET", "/topic-permissions/:vhost/:user", "administrator", permissions.getTopicPermissions],
  ["PUT", "/topic-permissions/:vhost/:user", "administrator", permissions.putTopicPermissions],
  [
    "DELETE",
    "/topic-permissions/:vhost/:user",
    "administrator",
    permissions.deleteTopicPermissions,
  ],
  [
    "GET",
    "/topic-permissions/:vhost/:user/:exchange",
    "administrator",
    permissions.getTopicPermissions,
  ],
  [
    "DELETE",
    "/topic-permissions/:vhost/:user/:exchange",
    "administrator",
    permissions.deleteTopicPermissions,
  ],

  ["GET", "/aliveness-test/:vhost", "vhost", health.checkAliveness],
  ["GET", "/healthchecks/node", "any", health.checkVhosts],
  ["GET", "/health/checks/alarms", "any", health.checkAlarms],
  ["GET", "/health/checks/local-alarms", "any", health.checkLocalAlarms],
  ["GET", "/health/checks/certificate-expiration/:within/:unit", "any", checkCertificates],
  ["GET", "/health/checks/port-listener/:port", "any", health.checkPort],
  ["GET", "/health/checks/protocol-listener/:protocol", "any", health.checkProtocol],
  ["GET", "/health/checks/virtual-hosts", "any", health.checkVhosts],
  ["GET", "/health/checks/node-is-mirror-sync-critical", "any", health.checkQuorum],
  ["GET", "/health/checks/node-is-quorum-critical", "any", health.checkQuorum],
  ["POST", "/rebalance/queues", "administrator", () => done],
];
