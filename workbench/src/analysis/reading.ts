/** One file being read: what its finders have come upon so far. */
import { ts } from "ts-morph";
import type { ProtocolName, ServerAddress } from "../topology.ts";
import type { Receiver } from "./brokers.ts";
import type { Callers } from "./callers.ts";
import { exchangeOption } from "./exchanges.ts";
import type { Follower } from "./follow.ts";
import type {
  AppFound,
  BrokerFound,
  FileFound,
  IncludeFound,
  OperationFound,
  UseFound,
} from "./found.ts";
import type { Messages } from "./messages.ts";
import { keptIn, placeOf } from "./places.ts";
import { serverAddress } from "./servers.ts";
import type { Workspace } from "./workspace.ts";

export interface Reader {
  readonly workspace: Workspace;
  readonly follower: Follower;
  readonly callers: Callers;
  readonly messages: Messages;
}

export class Reading implements FileFound {
  readonly file: string;
  readonly apps: AppFound[] = [];
  readonly includes: IncludeFound[] = [];
  readonly operations: OperationFound[] = [];
  readonly uses: UseFound[] = [];
  readonly reader: Reader;
  readonly #brokers = new Map<string, BrokerFound>();

  constructor(reader: Reader, path: string) {
    this.reader = reader;
    this.file = path;
  }

  get brokers(): BrokerFound[] {
    return [...this.#brokers.values()];
  }

  /** Takes note of a broker or router, wherever it is made. */
  meet({ root }: Receiver): void {
    if (this.#brokers.has(root.key)) return;
    const { key, made, protocol, node } = root;
    const parameter =
      ts.isParameter(node) && ts.isIdentifier(node.name) ? node.name.text : undefined;
    this.#brokers.set(key, {
      key,
      made,
      protocol,
      name: keptIn(node) ?? parameter,
      address: this.#address(node, protocol),
      exchange: this.#exchange(node),
      place: placeOf(node, this.reader.workspace.disk),
    });
  }

  #exchange(node: ts.Node): BrokerFound["exchange"] {
    const [given] = ts.isNewExpression(node) ? (node.arguments ?? []) : [];
    const { follower } = this.reader;
    return given === undefined
      ? undefined
      : exchangeOption(follower, follower.follow(given), "exchange");
  }

  /** By itself, else as the function around it is first called. */
  #address(node: ts.Node, protocol: ProtocolName): ServerAddress {
    const { follower, callers } = this.reader;
    const alone = serverAddress(follower, node, protocol, null);
    return alone.kind === "dynamic"
      ? serverAddress(follower, node, protocol, callers.reaches(node)[0]?.env ?? null)
      : alone;
  }
}
