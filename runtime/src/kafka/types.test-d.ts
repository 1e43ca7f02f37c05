/** What the types promise of Kafka. */
import { KafkaBroker, partitions, pattern, type KafkaRawMessage } from "millrace/kafka";

const broker = new KafkaBroker({
  sasl: { mechanism: "scram-sha-512", username: "a", password: "b" },
  topics: { create: true, partitions: 3, config: { "cleanup.policy": "compact" } },
});

// @ts-expect-error -- each mechanism has its own credentials
new KafkaBroker({ sasl: { mechanism: "oauthbearer", username: "a", password: "b" } });
// @ts-expect-error -- no such codec
new KafkaBroker({ compression: "brotli" });

broker.subscriber("orders.{id}", { group: "billing", from: "earliest" }, (_: unknown, context) => {
  const id: string = context.params.id;
  const raw: KafkaRawMessage = context.message.raw;
  void context.message.nack({ delay: 10 });
  void [id, raw.partition];
});
broker.subscriber(pattern(/(?<a>.)/), { group: "billing" }, async (_: unknown, { params }) => {
  const maybe: string | undefined = params["a"];
  // @ts-expect-error -- nobody has read the expression
  const sure: string = params["a"];
  void [maybe, sure];
});
broker.subscriber(pattern<"a" | "b">(/(?<a>.)(?<b>.)/), {}, async (_: unknown, { params }) => {
  const [a, b]: string[] = [params.a, params.b];
  // @ts-expect-error -- no such group
  void [a, b, params.c];
});
broker.subscriber(partitions("orders", [0, 1]), { from: { offset: 7 } }, async (_: unknown) => {});
// @ts-expect-error -- chosen partitions are shared with nobody
broker.subscriber(partitions("orders", [0]), { group: "billing" }, async (_: unknown) => {});
// @ts-expect-error -- an offset is one of a partition
broker.subscriber("orders", { from: { offset: 7 } }, async (_: unknown) => {});
// @ts-expect-error -- Kafka has no modes
broker.subscriber("orders", { qos: 1 }, async (_: unknown) => {});

const orders = broker.publisher("orders", { acks: "leader", compression: "gzip" });
void orders.publish({}, { key: "a", partition: 1, timestamp: new Date() });
void orders.publish({}, { binaryHeaders: { signature: Uint8Array.of(1) } });
// @ts-expect-error -- nobody publishes to a pattern
broker.publisher(pattern(/^orders/));
// @ts-expect-error -- a partition is chosen by the option of that name
void broker.publish(partitions("orders", [0]), {});
