/** Core NATS has no delivery to settle; checked by `npm run check`. */
import type { MqttRouter } from "../mqtt/index.ts";
import { NatsBroker } from "./index.ts";

const broker = new NatsBroker();

broker.subscriber(
  "a.{id}",
  { group: "g", concurrency: 3 },
  async (_: unknown, { message, params }) => `${message.id} ${params.id}`,
);
// @ts-expect-error -- at most once: nothing to send back
broker.subscriber("a", {}, async (_: unknown, { message }) => message.nack());
// @ts-expect-error -- at most once: nothing to acknowledge
broker.subscriber("a", { ack: "manual" }, async (_: unknown) => {});
// @ts-expect-error -- MQTT's
broker.subscriber("a", { qos: 1 }, async (_: unknown) => {});
// @ts-expect-error -- MQTT's
void broker.publish("a", {}, { retain: true });

declare const router: MqttRouter;
// @ts-expect-error -- another broker's router
broker.include(router);
