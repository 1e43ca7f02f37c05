/** What all connections to the brokers of one cluster have in common. */
import type { ProtocolContext } from "../../protocol.ts";
import type { Cluster, Node } from "../model/contract.ts";
import type { DispatchTable } from "./dispatch.ts";
import type { Ledger } from "./ledger.ts";

export interface Broker {
  readonly context: ProtocolContext;
  readonly cluster: Cluster;
  readonly table: DispatchTable;
  readonly ledger: Ledger;
  /** The node that listens on a port. */
  nodeAt(port: number): Node;
}
