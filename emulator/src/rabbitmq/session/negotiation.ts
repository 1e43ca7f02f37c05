/** What server and client tell each other before they talk: connection.start and connection.tune. */
import { INFORMATION, PLATFORM, PRODUCT, PRODUCT_VERSION } from "../product.ts";
import type { FieldTable, FieldValue } from "../wire/values.ts";

/** What clients look for before they use it. https://www.rabbitmq.com/docs/connections#capabilities */
const CAPABILITIES = [
  "publisher_confirms",
  "exchange_exchange_bindings",
  "basic.nack",
  "consumer_cancel_notify",
  "connection.blocked",
  "consumer_priorities",
  "authentication_failure_close",
  "per_consumer_qos",
  "direct_reply_to",
];

/** What the server proposes, and the most that it takes: channels, bytes of a frame, seconds. */
export const TUNE = { channelMax: 2047, frameMax: 131_072, heartbeat: 60 } as const;
/** The least frame_max, which holds for each frame until one is agreed on. */
export const FRAME_MIN = 4096;

export function serverProperties(cluster: string): FieldTable {
  return new Map<string, FieldValue>([
    ["capabilities", { type: "table", value: allTrue() }],
    ["cluster_name", text(cluster)],
    ["information", text(INFORMATION)],
    ["platform", text(PLATFORM)],
    ["product", text(PRODUCT)],
    ["version", text(PRODUCT_VERSION)],
  ]);
}

/** Whether the client's answer to connection.tune can be kept. 0 would be no limit, and there is one. */
export function isAgreed(answer: { channelMax: number; frameMax: number }): boolean {
  const { channelMax, frameMax } = answer;
  return (
    channelMax >= 1 &&
    channelMax <= TUNE.channelMax &&
    frameMax >= FRAME_MIN &&
    frameMax <= TUNE.frameMax
  );
}

/** What the client has said of itself in connection.start-ok. */
export class ClientProperties {
  readonly table: FieldTable;
  /** Its `connection_name`, "" where it gave none. */
  readonly name: string;
  readonly #capabilities: FieldTable | undefined;

  constructor(table: FieldTable) {
    this.table = table;
    const name = table.get("connection_name");
    this.name = name?.type === "longstr" ? name.value.toString() : "";
    const capabilities = table.get("capabilities");
    this.#capabilities = capabilities?.type === "table" ? capabilities.value : undefined;
  }

  understands(capability: string): boolean {
    const field = this.#capabilities?.get(capability);
    return field?.type === "bool" && field.value;
  }
}

function text(value: string): FieldValue {
  return { type: "longstr", value: Buffer.from(value) };
}

function allTrue(): FieldTable {
  return new Map(CAPABILITIES.map((name) => [name, { type: "bool", value: true }]));
}
