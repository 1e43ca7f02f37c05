/** What was found in one file, as plain data: it outlives the syntax trees it was read from. */
import type { MessageShape, Place, ProtocolName, ServerAddress } from "../topology.ts";
import type { Prefix } from "./brokers.ts";

export interface FileFound {
  readonly file: string;
  readonly brokers: readonly BrokerFound[];
  readonly apps: readonly AppFound[];
  readonly includes: readonly IncludeFound[];
  readonly operations: readonly OperationFound[];
  readonly uses: readonly UseFound[];
}

/** A publisher that is used inside a handler, both by the keys of their declarations. */
export interface UseFound {
  readonly handler: string;
  readonly operation: string;
}

export interface BrokerFound {
  readonly key: string;
  readonly made: "broker" | "router" | "parameter";
  readonly protocol: ProtocolName;
  readonly name: string | undefined;
  readonly address: ServerAddress;
  readonly place: Place;
}

export interface AppFound {
  /** The call that a function around it was reached by, where that decides what it is. */
  readonly site: string | null;
  readonly file: string;
  readonly title: string | null;
  /** By their keys. */
  readonly brokers: readonly string[];
  /** How the file exports it, or the function that makes it. */
  readonly exported: { readonly name: string; readonly factory: boolean } | null;
  readonly place: Place;
}

/** On which broker or router, after which prefix. */
export interface On {
  readonly root: string;
  readonly prefix: Prefix;
}

export interface IncludeFound {
  readonly into: On;
  /** By its key; its own prefix is with what is declared on it. */
  readonly router: string;
}

export interface OperationFound {
  readonly key: string;
  /** As for an App. */
  readonly site: string | null;
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

/** One declaration may have become several operations, numbered: `file#12-40:1`. */
export function declarationKey(key: string): string {
  return key.replace(/(#\d+-\d+):\d+$/, "$1");
}
