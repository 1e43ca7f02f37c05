/** What each QoS may and may not be given; checked by `npm run check`. */
import { MqttBroker, type MqttRouter } from "./index.ts";

const broker = new MqttBroker();

// At least once by default: the message can be settled, and there is an ack policy.
broker.subscriber("a", { ack: "manual" }, async (_: unknown, { message }) =>
  message.nack({ delay: 10 }),
);
broker.subscriber("a", { qos: 2, ack: "onReceive" }, async (_: unknown, { message }) =>
  message.reject(),
);
// @ts-expect-error -- at most once: nothing to send back
broker.subscriber("a", { qos: 0 }, async (_: unknown, { message }) => message.nack());
// @ts-expect-error -- at most once: nothing to acknowledge
broker.subscriber("a", { qos: 0, ack: "manual" }, async (_: unknown) => {});
// @ts-expect-error -- no such QoS
broker.subscriber("a", { qos: 3 }, async (_: unknown) => {});
// @ts-expect-error -- only a publisher retains
broker.subscriber("a", { retain: true }, async (_: unknown) => {});

// {param}s are typed as on every broker.
broker.subscriber("users/{id}/created", { qos: 1 }, async (_: unknown, { params }) =>
  params.id.trim(),
);
void broker
  .publisher("users/{id}/created", { retain: true })
  .publish({}, { params: { id: "1" }, qos: 0 });
// @ts-expect-error -- no parameter
void broker.publisher("users/{id}/created", { qos: 2 }).publish({});
// @ts-expect-error -- no such option
void broker.publish("a", {}, { group: "g" });

declare const router: MqttRouter;
broker.include(router);
