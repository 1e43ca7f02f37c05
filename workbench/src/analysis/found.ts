/** What was found in one file, as plain data: it outlives the syntax trees it was read from. */
import type { MessageShape, Place, ProtocolName, ServerAddress } from "../topology.ts";

export interface FileFound {
  readonly file: string;
  readonly brokers: readonly BrokerFound[];
  readonly apps: readonly AppFound[];
  readonly includes: readonly IncludeFound[];
  readonly operations: readonly OperationFound[];
  /** A publisher that is used inside a handler. */
  readonly uses: readonly { readonly handler: string; readonly operation: string }[];
}

export interface BrokerFound {
  readonly key: string;
  readonly file: string;
  readonly made: "broker" | "router" | "parameter";
  readonly protocol: ProtocolName;
  readonly name: string | undefined;
  readonly address: ServerAddress;
  readonly place: Place;
}

export interface AppFound {
  readonly key: string;
  readonly file: string;
  readonly title: string | null;
  /** By their keys. */
  readonly brokers: readonly string[];
  /** How the file exports it, or the function that makes it. */
  readonly exported: { readonly name: string; readonly factory: boolean } | null;
  readonly place: Place;
}

/** On which broker or router, after which prefix (null: unresolved). */
export interface On {
  readonly root: string;
  readonly prefix: string | null;
}

export interface IncludeFound {
  readonly into: On;
  readonly router: On;
}

export interface OperationFound {
  readonly key: string;
  readonly file: string;
  readonly action: "send" | "receive";
  readonly on: On;
  /** Without the prefix; null where it could not be resolved. */
  readonly address: string | null;
  /** The address as it is written. */
  readonly expression: string;
  readonly name: string | undefined;
  readonly group: string | undefined;
  readonly place: Place;
  readonly message: MessageShape;
  readonly reply: MessageShape | undefined;
  /** Whether a schema or type was given, so that not reading it is worth saying. */
  readonly declared: boolean;
  /** Keys of the publishers in `publish:`. */
  readonly targets: readonly string[];
}
