/** Requests to RabbitMQ's management API, and what of the answers two servers must have in common. */

export interface Step {
  readonly method: string;
  readonly path: string;
  /** JSON, or text as it is. */
  readonly body?: unknown;
  /** `name:password`, or null for nobody. Default: guest. */
  readonly as?: string | null;
}

/** One request a line: the method, the path below /api and, where there is one, the body. */
export function step(line: string, body?: unknown, as?: string | null): Step {
  const [method = "", path = ""] = line.split(" ");
  return {
    method,
    path,
    ...(body === undefined ? {} : { body }),
    ...(as === undefined ? {} : { as }),
  };
}

export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export class ManagementPlayer {
  readonly #url: string;
  readonly #node: string;

  constructor(url: string, node: string) {
    this.#url = url;
    this.#node = node;
  }

  /** Every step's answer, behind what was asked. */
  async play(steps: readonly Step[]): Promise<(readonly [string, Told])[]> {
    const told: (readonly [string, Told])[] = [];
    for (const each of steps) {
      const asked = [each.method, each.path, each.body, each.as].filter(
        (part) => part !== undefined,
      );
      told.push([asked.map(asText).join(" "), await this.ask(each)]);
    }
    return told;
  }

  async ask({ method, path, body, as = "guest:guest" }: Step): Promise<Told> {
    const response = await fetch(`${this.#url}/api${path.replaceAll(NODE, this.#node)}`, {
      method,
      headers: {
        ...(as === null ? {} : { authorization: `Basic ${btoa(as)}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: asText(body) }),
    });
    const text = await response.text();
    const known = ["content-type", "allow", "location", "www-authenticate", "content-disposition"];
    return {
      status: response.status,
      headers: Object.fromEntries(
        known.flatMap((name) => {
          const value = response.headers.get(name);
          // With Erlang's hash of a binding's arguments.
          return value === null ? [] : [[name, value.replace(/~[\w-]{6}$/, "~hash")]];
        }),
      ),
      body: text === "" ? null : inOrder(path, this.#common(JSON.parse(text))),
    };
  }

  /** Without what differs from server to server. */
  #common(value: unknown): unknown {
    if (typeof value === "string") return value === this.#node ? NODE : value;
    if (Array.isArray(value)) return value.map((each) => this.#common(each));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name, field]) => !DIFFERENT.has(name) && !isRate(field))
        .map(([name, field]) => [name === this.#node ? NODE : name, this.#common(field)]),
    );
  }
}

/** Stands for the name of the node. */
export const NODE = "{node}";

/** Left out of both answers. */
const DIFFERENT = new Set([
  // Chance, or who the server is.
  ...[
    "password_hash",
    "rabbit_version",
    "rabbitmq_version",
    "product_version",
    "management_version",
  ],
  ...["cluster_name", "erlang_version", "erlang_full_version", "global_parameters", "socket_opts"],
  ...["release_series_support_status", "exchange_types", "listeners", "contexts", "ports"],
  ...["protocols", "ip_address", "uptime", "os_pid", "client_properties", "connected_at"],
  // Sampled every five seconds there: rates, and what Erlang's processes cost. Not told here.
  ...["message_stats", "churn_rates", "rates_mode", "sample_retention_policies", "idle_since"],
  ...["statistics_db_event_queue", "memory", "reductions", "garbage_collection"],
  ...["backing_queue_status", "consumer_capacity", "consumer_utilisation", "recoverable_slaves"],
  ...["message_bytes_paged_out", "message_bytes_ram", "messages_paged_out", "messages_ram"],
  ...["messages_ready_ram", "messages_unacknowledged_ram", "open_files", "pending_raft_commands"],
  ...["recv_cnt", "recv_oct", "send_cnt", "send_oct", "send_pend"],
  // Which messages would be on disk, and what waits inside a channel for a moment.
  ...["messages_persistent", "message_bytes_persistent", "messages_dlx", "message_bytes_dlx"],
  ...["messages_unconfirmed", "messages_uncommitted", "acks_uncommitted"],
  // A hash that is Erlang's own.
  "properties_key",
]);

/** Definitions come in any order, and since 3.12 with more about virtual hosts. */
function inOrder(path: string, body: unknown): unknown {
  if (!path.startsWith("/definitions")) return body;
  return Object.fromEntries(
    Object.entries(body as object).map(([name, items]) => {
      if (!Array.isArray(items)) return [name, items];
      const known = name === "vhosts" ? items.map((each: { name: string }) => each.name) : items;
      return [name, known.toSorted((left, right) => (key(left) < key(right) ? -1 : 1))];
    }),
  );
}

/** The same for equal values, in whatever order their fields are. */
function key(value: unknown): string {
  return typeof value === "object" && value !== null
    ? JSON.stringify(Object.entries(value).sort())
    : asText(value);
}

function isRate(value: unknown): boolean {
  return typeof value === "object" && value !== null && "rate" in value;
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
