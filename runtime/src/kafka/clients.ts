/**
 * Where clients come from. Each consumer and producer has one of its own: kafkajs' consumers of one client and group
 * share a cache of offsets, and take each other's topics out of it.
 */
import type { Socket } from "node:net";
import { ConnectError, DeclarationError } from "../errors.ts";
import { parseServerUrl } from "../server-url.ts";
import type { Clients } from "./client.ts";
import { confluentClients, isConfluents, type ConfluentClient } from "./confluent.ts";
import type { ISocketFactory, KafkaConfig, KafkaPackage, KafkajsClient } from "./driver.ts";
import { kafkajsLease } from "./kafkajs-client.ts";
import type { KafkaOptions, KafkaSasl } from "./options.ts";

/** Of a client that was passed in: it stays as its owner made it. kafkajs is only loaded where that is whose it is. */
export async function givenClients(
  given: NonNullable<KafkaOptions["client"]>,
  codecs: KafkaOptions["codecs"],
  kafkajs: () => Promise<KafkaPackage>,
): Promise<Clients> {
  const shown = "the given client's address";
  const make = typeof given === "function" ? given : () => given;
  if (isConfluents(make())) {
    if (codecs !== undefined)
      throw new DeclarationError(
        "KafkaBroker: codecs are kafkajs' way to compress, and Confluent's client, which was passed in, has its own: leave them out",
      );
    return confluentClients(shown, () => make() as ConfluentClient);
  }
  const loaded = await kafkajs();
  return {
    shown,
    sharesGroups: typeof given === "function",
    open: (retry) => kafkajsLease(make() as KafkajsClient, loaded, retry),
  };
}

/** `sockets` makes the sockets of each client. */
export function ownClients(
  kafkajs: KafkaPackage,
  options: KafkaOptions & { readonly url: string; readonly name: string },
  sockets: (opened: (socket: Socket) => void) => ISocketFactory,
): Clients {
  const brokers = readUrl(options.url);
  const { tls, sasl } = options;
  return {
    shown: brokers.join(", "),
    sharesGroups: true,
    open(retry) {
      const open = new Set<Socket>();
      let released = false;
      const kafka = new kafkajs.Kafka({
        // With no address left, kafkajs ends its attempts to connect; nothing else does.
        brokers: () => (released ? [] : brokers),
        clientId: options.name,
        connectionTimeout: options.connectTimeout ?? 5000,
        authenticationTimeout: options.connectTimeout ?? 5000,
        ...(tls === undefined ? {} : { ssl: tls }),
        ...(sasl === undefined ? {} : { sasl: saslOf(sasl) }),
        retry,
        // What matters comes by errors and events, and is logged in our words.
        logLevel: kafkajs.logLevel.NOTHING,
        socketFactory: sockets((socket) => {
          open.add(socket);
          socket.once("close", () => open.delete(socket));
          if (released) socket.destroy();
        }),
      });
      return kafkajsLease(kafka, kafkajs, retry, () => {
        released = true;
        for (const socket of open) socket.destroy();
      });
    },
  };
}

/** `host:port` of each. */
function readUrl(url: string): string[] {
  return url.split(",").map((text) => {
    const { address, user } = parseServerUrl(text.trim(), "kafka");
    const { hostname, port } = new URL(address);
    if (user !== undefined)
      throw new ConnectError(
        `the address of Kafka at ${hostname} has credentials in it: give them as \`sasl\``,
      );
    if (hostname.startsWith("["))
      throw new ConnectError(`kafkajs takes no IPv6 address such as ${hostname}: give a host name`);
    return `${hostname}:${port === "" ? "9092" : port}`;
  });
}

function saslOf(sasl: KafkaSasl): NonNullable<KafkaConfig["sasl"]> {
  // kafkajs has one type for each mechanism.
  if (!("token" in sasl)) return sasl as NonNullable<KafkaConfig["sasl"]>;
  const { token } = sasl;
  return {
    mechanism: "oauthbearer",
    oauthBearerProvider: async () => ({ value: await token() }),
  };
}
