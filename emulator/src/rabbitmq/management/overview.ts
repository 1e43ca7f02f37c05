/** What the broker is, and how much there is of everything. */
import { EXCHANGE_TYPES } from "../model/exchange-types.ts";
import { PLATFORM, PRODUCT, PRODUCT_VERSION } from "../product.ts";
import { type Answer, noSuchObject, ok } from "./answer.ts";
import { listenersOf } from "./health.ts";
import { listing } from "./listing.ts";
import { totalOf } from "./queue-json.ts";
import { type ApiRequest, named, visibleVhosts } from "./request.ts";

type Item = Readonly<Record<string, unknown>>;

export function overview(request: ApiRequest): Answer {
  const { broker } = request;
  const vhosts = visibleVhosts(request);
  const queues = vhosts.flatMap((vhost) => [...vhost.queues.values()]);
  const names = new Set(vhosts.map(({ name }) => name));
  const connections = [...broker.connections].filter(({ vhost }) => names.has(vhost));
  return ok({
    management_version: PRODUCT_VERSION,
    rabbitmq_version: PRODUCT_VERSION,
    product_name: PRODUCT,
    product_version: PRODUCT_VERSION,
    erlang_version: PLATFORM,
    erlang_full_version: PLATFORM,
    cluster_name: broker.clusterName,
    node: broker.node,
    rates_mode: "none",
    disable_stats: false,
    enable_queue_totals: false,
    exchange_types: exchangeTypes,
    queue_totals: totalOf(queues),
    object_totals: {
      connections: connections.length,
      channels: connections.reduce((sum, { channels }) => sum + channels.length, 0),
      exchanges: vhosts.reduce((sum, { exchanges }) => sum + exchanges.size, 0),
      queues: queues.length,
      consumers: queues.reduce((sum, { consumers }) => sum + consumers.length, 0),
    },
    listeners: listenersOf(request).map((each) => ({
      node: broker.node,
      ip_address: "127.0.0.1",
      ...each,
    })),
  });
}

export function listNodes(request: ApiRequest): Answer {
  return ok(listing([nodeJson(request)], request.query));
}

export function getNode(request: ApiRequest): Answer {
  if (named(request, "node") !== request.broker.node) throw noSuchObject();
  return ok(nodeJson(request));
}

const exchangeTypes = EXCHANGE_TYPES.map((name) => ({ name, enabled: true }));

/** The one node. What it is made of is not Erlang's, and not told. */
function nodeJson({ broker }: ApiRequest): Item {
  return {
    name: broker.node,
    type: "disc",
    running: true,
    uptime: broker.clock.now() - broker.startedAt,
    os_pid: String(process.pid),
    mem_alarm: broker.alarm.reason === "memory",
    disk_free_alarm: broker.alarm.reason === "disk",
    mem_used: process.memoryUsage.rss(),
    exchange_types: exchangeTypes,
    auth_mechanisms: MECHANISMS.map((name) => ({ name, enabled: true })),
    partitions: [],
    cluster_links: [],
    rates_mode: "none",
    config_files: [],
    enabled_plugins: ["rabbitmq_management"],
  };
}

const MECHANISMS = ["PLAIN", "AMQPLAIN", "EXTERNAL"];

/** What clients ask for by name before they use it; there is no node of an older version that could not do it. */
const FEATURES = {
  quorum_queue: "Quorum queues",
  stream_queue: "Streams",
  implicit_default_bindings: "Bindings to the default exchange without storing them",
  virtual_host_metadata: "Descriptions and tags of virtual hosts",
};

export function listFeatureFlags({ query }: ApiRequest): Answer {
  const flags = Object.entries(FEATURES).map(([name, desc]) => ({
    name,
    desc,
    doc_url: "",
    state: "enabled",
    stability: "stable",
    provided_by: "rabbit",
  }));
  return ok(listing(flags, query));
}
