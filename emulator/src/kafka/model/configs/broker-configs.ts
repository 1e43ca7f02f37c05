/**
 * What the brokers are set to. A value is looked for where it was set on the one broker, on all brokers, in its
 * server.properties, and last among the defaults: https://kafka.apache.org/documentation/#dynamicbrokerconfigs
 */
import type { BrokerConfigs, ConfigSource, SourcedConfig } from "../admin-contract.ts";
import type { Node } from "../contract.ts";
import { brokerDefinitions, internalDefinitions } from "./definitions/brokers.ts";
import { type ConfigDefinition, parseConfig } from "./definitions/definition.ts";

export interface BrokerConfigsSnapshot {
  readonly ofAll: ReadonlyMap<string, string>;
  readonly ofNodes: ReadonlyMap<number, ReadonlyMap<string, string>>;
}

export class SetBrokerConfigs implements BrokerConfigs {
  /** Goes up with each change: who keeps values looks here whether they are old. */
  generation = 0;
  /** Told of each change. */
  onChange: () => void = () => {};
  readonly #nodes: readonly Node[];
  readonly #staticsOf: (node: Node) => Readonly<Record<string, string>>;
  readonly #properties = new Map<
    Node,
    { readonly port: number; readonly statics: Readonly<Record<string, string>> }
  >();
  #ofAll: ReadonlyMap<string, string> = new Map();
  #ofNodes: ReadonlyMap<number, ReadonlyMap<string, string>> = new Map();

  /** `staticsOf`: what the node's server.properties say. */
  constructor(nodes: readonly Node[], staticsOf: (node: Node) => Readonly<Record<string, string>>) {
    this.#nodes = nodes;
    this.#staticsOf = staticsOf;
  }

  get(name: string, node?: number): string {
    const value = this.sourcesOf([name], node)[0]?.value ?? "";
    const definition = definitionOfBroker(name);
    return value === "" || definition === undefined ? value : parseConfig(definition, value);
  }

  number(name: string, node?: number): number {
    return Number(this.get(name, node));
  }

  statics(id: number): Readonly<Record<string, string>> {
    const node = this.#nodes.find((other) => other.id === id);
    return node === undefined ? {} : this.#propertiesOf(node);
  }

  dynamic(node: number | null): ReadonlyMap<string, string> {
    return (node === null ? this.#ofAll : this.#ofNodes.get(node)) ?? new Map();
  }

  replace(node: number | null, configs: ReadonlyMap<string, string>): void {
    if (node === null) this.#ofAll = configs;
    else this.#ofNodes = new Map(this.#ofNodes).set(node, configs);
    this.#changed();
  }

  sourcesOf(names: readonly string[], id?: number): readonly SourcedConfig[] {
    const node = id === undefined ? this.#nodes[0] : this.#nodes.find((other) => other.id === id);
    const statics = node === undefined ? {} : this.#propertiesOf(node);
    const ofNode = node === undefined ? undefined : this.#ofNodes.get(node.id);
    const sources: SourcedConfig[] = [];
    const add = (name: string, value: string | null | undefined, source: ConfigSource) => {
      if (value !== null && value !== undefined) sources.push({ name, value, source });
    };
    for (const name of names) add(name, ofNode?.get(name), "dynamic-broker");
    for (const name of names) add(name, this.#ofAll.get(name), "dynamic-default-broker");
    for (const name of names) add(name, statics[name], "static-broker");
    for (const name of names) add(name, brokerDefinitions.get(name)?.default, "default");
    return sources;
  }

  snapshot(): BrokerConfigsSnapshot {
    return { ofAll: this.#ofAll, ofNodes: this.#ofNodes };
  }

  restore({ ofAll, ofNodes }: BrokerConfigsSnapshot): void {
    this.#ofAll = new Map(ofAll);
    this.#ofNodes = new Map(ofNodes);
    this.#changed();
  }

  /** They change once: when its port is known. */
  #propertiesOf(node: Node): Readonly<Record<string, string>> {
    const known = this.#properties.get(node);
    if (known?.port === node.port) return known.statics;
    const statics = this.#staticsOf(node);
    this.#properties.set(node, { port: node.port, statics });
    return statics;
  }

  #changed(): void {
    this.generation++;
    this.onChange();
  }
}

/** The names under which a broker looks for a config: that of one listener, then that of all. */
export function namesOf(name: string): readonly string[] {
  const base = unprefixed(name);
  return base === name ? [name] : [name, base];
}

/** What is valid for a broker's config of this name; none where it is not known. */
export function definitionOfBroker(name: string): ConfigDefinition | undefined {
  const base = unprefixed(name);
  return brokerDefinitions.get(base) ?? internalDefinitions.get(base);
}

/** `listener.name.internal.ssl.keystore.location` is the listener's own `ssl.keystore.location`. */
function unprefixed(name: string): string {
  return name.replace(/^listener\.name\.[^.]+\./, "");
}
