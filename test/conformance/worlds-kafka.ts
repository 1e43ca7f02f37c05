/** Kafka as the suite's world, and what is so there. */
import { Transform, type TransformCallback } from "node:stream";
import { startEmulator, type EmulatorOptions } from "@millrace/emulator";
import { KafkaBroker, type KafkaClient, type KafkaOptions } from "millrace/kafka";
import { startKafka, type RealKafka } from "../real/brokers.ts";
import { startWire, type Wire } from "../real/wire.ts";
import type { Facts, World } from "./bench.ts";

export const kafkaFacts: Facts = {
  separator: ".",
  wildcards: null,
  headers: true,
  requests: "timeout",
  groups: "shared",
  redelivers: true,
  keeps: true,
  keep: { group: "kept" },
  cuttable: true,
};

/** A broker of its own whose clients come by a wire. */
export async function startWiredKafka(
  partitions = 1,
): Promise<{ server: RealKafka; wire: Wire; url: string }> {
  let wire: Wire | undefined;
  const server = await startKafka({
    partitions,
    async advertised(address) {
      wire = await startWire(`kafka://${address}`);
      return new URL(wire.url).host;
    },
  });
  if (wire === undefined) throw new Error("the broker was not asked where its wire is");
  return { server, wire, url: new URL(wire.url).host };
}

/** With clients that were made elsewhere. */
export async function openKafkaBy(
  client: (url: string, name: string) => KafkaClient,
  partitions = 1,
): Promise<World> {
  const { server, wire, url } = await startWiredKafka(partitions);
  return {
    wire,
    broker: (name) => new KafkaBroker({ name, topicRefresh: 200, client: () => client(url, name) }),
    async close() {
      await wire.stop();
      await server.stop();
    },
  };
}

export async function openKafka(partitions = 1, options: KafkaOptions = {}): Promise<World> {
  const { server, wire, url } = await startWiredKafka(partitions);
  return {
    wire,
    broker: (name) => new KafkaBroker({ url, name, topicRefresh: 200, ...options }),
    async close() {
      await wire.stop();
      await server.stop();
    },
  };
}

/** Its brokers advertise their own port, so the wire answers for them with its. */
export async function openEmulatedKafka(
  options: KafkaOptions = {},
  like: Pick<EmulatorOptions, "kafkaAsVersion"> = {},
): Promise<World> {
  const emulator = await startEmulator({ only: ["kafka"], ports: { kafka: 0 }, ...like });
  const { port } = emulator.servers[0]!;
  const wire = await startWire(`kafka://127.0.0.1:${port}`, (host) => new Readdressed(port, host));
  const url = new URL(wire.url).host;
  return {
    wire,
    broker: (name) => new KafkaBroker({ url, name, topicRefresh: 200, ...options }),
    async close() {
      await wire.stop();
      await emulator.close();
    },
  };
}

/** Responses of Kafka, the addresses of its brokers in them exchanged for another. */
class Readdressed extends Transform {
  readonly #from: Buffer;
  readonly #to: Buffer;
  #waiting: Buffer = Buffer.alloc(0);

  constructor(port: number, host: string) {
    super();
    this.#from = address(port);
    this.#to = address(Number(new URL(`kafka://${host}`).port));
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    this.#waiting = Buffer.concat([this.#waiting, chunk]);
    for (let size = this.#size(); size <= this.#waiting.length; size = this.#size()) {
      const frame = this.#waiting.subarray(0, size);
      for (let at = 0; (at = frame.indexOf(this.#from, at)) >= 0;) this.#to.copy(frame, at);
      this.push(frame);
      this.#waiting = this.#waiting.subarray(size);
    }
    done();
  }

  /** Of the first response, its length included. */
  #size(): number {
    return this.#waiting.length < 4 ? Infinity : 4 + this.#waiting.readInt32BE(0);
  }
}

/** As it stands in a response: the name, and the port in four bytes. */
function address(port: number): Buffer {
  const bytes = Buffer.from("localhost\0\0\0\0");
  bytes.writeInt32BE(port, bytes.length - 4);
  return bytes;
}
