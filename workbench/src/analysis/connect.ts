/** Joins what the files declare: which service has which operations, on which server and channel. */
import type { Channel, Operation, Server, Service } from "../topology.ts";
import { joined, type Prefix } from "./brokers.ts";
import { AMQ_TOPIC } from "./exchanges.ts";
import {
  type BrokerFound,
  declarationKey,
  type ExchangeFound,
  type FileFound,
  type On,
  type OperationFound,
} from "./found.ts";
import { channelOf, merged } from "./naming.ts";
import { serviceOfPackage, type ServiceFound, servicesOfApps } from "./services.ts";
import type { Workspace } from "./workspace.ts";

export interface Connected {
  readonly services: readonly Service[];
  readonly servers: readonly Server[];
  readonly channels: readonly Channel[];
  readonly operations: readonly ConnectedOperation[];
  /** RabbitMQ's, as they were named. */
  readonly exchanges: readonly ExchangeFound[];
}

/** With the declaration it comes from. */
export interface ConnectedOperation {
  readonly operation: Operation;
  readonly found: OperationFound;
}

export function connect(files: readonly FileFound[], workspace: Workspace): Connected {
  return new Connecting(files, workspace).all();
}

class Connecting {
  readonly #files: readonly FileFound[];
  readonly #workspace: Workspace;
  readonly #brokers: ReadonlyMap<string, BrokerFound>;
  readonly #apps: readonly ServiceFound[];
  readonly #services = new Map<string, Service>();
  readonly #servers = new Map<string, Server>();
  readonly #channels = new Map<string, Channel>();
  /** What each router is included in. */
  readonly #includes = new Map<string, On[]>();
  /** The Apps that are given a broker. */
  readonly #given = new Map<string, ServiceFound[]>();
  readonly #taken = new Set<string>();
  readonly #known = new Set<string>();

  constructor(files: readonly FileFound[], workspace: Workspace) {
    this.#files = files;
    this.#workspace = workspace;
    this.#brokers = new Map(
      files.flatMap((file) => file.brokers).map((broker) => [broker.key, broker]),
    );
    this.#apps = servicesOfApps(
      files.flatMap((file) => file.apps),
      workspace,
    );
    for (const { service } of this.#apps) this.#services.set(service.id, service);
    for (const { router, into } of files.flatMap((file) => file.includes)) {
      this.#includes.set(router, [...(this.#includes.get(router) ?? []), into]);
    }
  }

  all(): Connected {
    for (const app of this.#apps) {
      for (const key of this.#brokersOf(app)) {
        this.#given.set(key, [...(this.#given.get(key) ?? []), app]);
        this.#server(app.service, key);
      }
    }
    const operations = this.#files
      .flatMap((file) => file.operations)
      .flatMap((found) => this.#operations(found));
    return {
      services: [...this.#services.values()],
      servers: [...this.#servers.values()],
      channels: [...this.#channels.values()],
      operations,
      exchanges: this.#exchanges(),
    };
  }

  #operations(found: OperationFound): ConnectedOperation[] {
    return this.#reach(found.on).flatMap(({ root, prefix }) => {
      const broker = this.#brokers.get(root);
      if (broker === undefined) return [];
      const channel = this.#channel(broker, prefix, found);
      return this.#servicesUsing(root, found).flatMap((service) => {
        const operation = this.#operation(found, service, this.#server(service, root), channel);
        return operation === null ? [] : [{ operation, found }];
      });
    });
  }

  /** Null where the same declaration was reached in another way and means the same. */
  #operation(
    found: OperationFound,
    service: Service,
    server: Server,
    channel: Channel,
  ): Operation | null {
    const { action, name, group, place, message, reply } = found;
    const { stream } = found.channel;
    const same = [declarationKey(found.key), service.id, server.id, channel.id, group].join("\n");
    if (this.#known.has(same)) return null;
    this.#known.add(same);
    return {
      id: this.#free(`${action}:${service.name}:${channel.id}`),
      action,
      service: service.id,
      server: server.id,
      channel: channel.id,
      ...(name === undefined ? {} : { name }),
      ...(group === undefined ? {} : { group }),
      ...(stream === undefined ? {} : { stream }),
      place,
      message,
      ...(reply === undefined ? {} : { reply }),
    };
  }

  /** A router's declarations happen on every broker that it is included in, after the prefixes on the way; by itself, where it is in none. */
  #reach(on: On, passed: readonly string[] = []): On[] {
    if (this.#brokers.get(on.root)?.made !== "router" || passed.includes(on.root)) return [on];
    const includes = this.#includes.get(on.root);
    if (includes === undefined) return [on];
    return includes.flatMap((into) =>
      this.#reach({ root: into.root, prefix: joined(into.prefix, on.prefix) }, [
        ...passed,
        on.root,
      ]),
    );
  }

  /** The brokers that an App is given, routers among them by what they are included in. */
  #brokersOf({ app }: ServiceFound): Set<string> {
    const reached = app.brokers.flatMap((root) =>
      this.#reach({ root, prefix: { text: "", expression: "" } }),
    );
    return new Set(reached.map(({ root }) => root));
  }

  /** Apps that are given the broker and need the file; else those that are given it; else those that need the file; else the package. */
  #servicesUsing(broker: string, found: OperationFound): Service[] {
    const given = this.#given.get(broker) ?? [];
    const needing = this.#apps.filter(({ files }) => files.has(found.file));
    const both = given.filter((each) => needing.includes(each));
    // Declared and put into an App by one call of the function around them.
    const together = given.filter(({ app }) => found.site !== null && app.site === found.site);
    const [best] = [together, both, given, needing].filter((candidates) => candidates.length > 0);
    if (best !== undefined) return best.map(({ service }) => service);
    const service = serviceOfPackage(found.file, this.#workspace);
    const known = this.#services.get(service.id) ?? service;
    this.#services.set(service.id, known);
    return [known];
  }

  #server(service: Service, key: string): Server {
    const index = `${service.id} ${key}`;
    const known = this.#servers.get(index);
    const broker = this.#brokers.get(key);
    if (known !== undefined || broker === undefined) return known as Server;
    const server: Server = {
      id: this.#free(`server:${service.name}:${broker.name ?? broker.protocol}`),
      protocol: broker.protocol,
      service: service.id,
      address: broker.address,
      place: broker.place,
    };
    this.#servers.set(index, server);
    return server;
  }

  #channel({ protocol, exchange }: BrokerFound, prefix: Prefix, found: OperationFound): Channel {
    const channel = channelOf(
      found,
      prefix,
      protocol,
      exchange === undefined ? AMQ_TOPIC : exchange,
    );
    const known = this.#channels.get(channel.id);
    const all = known === undefined ? channel : merged(known, channel);
    this.#channels.set(channel.id, all);
    return all;
  }

  #exchanges(): ExchangeFound[] {
    const operations = this.#files.flatMap((file) => file.operations);
    return [
      ...[...this.#brokers.values()].flatMap(({ exchange }) => exchange ?? []),
      ...operations.flatMap(({ channel: { exchange, bindings = [], deadLetter } }) => [
        ...(exchange === undefined ? [] : [exchange]),
        ...bindings.map((binding) => binding.exchange),
        ...(deadLetter !== undefined && "exchange" in deadLetter ? [deadLetter.exchange] : []),
      ]),
    ];
  }

  /** An id, numbered where it is already somebody's. */
  #free(id: string): string {
    let free = id;
    for (let count = 2; this.#taken.has(free); count++) free = `${id}:${count}`;
    this.#taken.add(free);
    return free;
  }
}
