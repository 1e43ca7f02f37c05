/** Declares at the broker what topology.ts computed. */
import type { AmqpChannel, RabbitmqClient } from "./driver.ts";
import { refusal } from "./refusals.ts";
import { bindSteps, stepsBefore, type Step, type Subscribed } from "./topology.ts";

/** Declares a queue with all it needs. Resolves with its name. @throws what `refusal` makes of the broker's answer. */
export async function declareQueue(channel: AmqpChannel, wanted: Subscribed): Promise<string> {
  const name = await declare(channel, stepsBefore(wanted));
  await declare(channel, bindSteps(wanted.bindings, name));
  return name;
}

/** Takes the steps in order. Resolves with the name of the queue among them, where there is one. */
export async function declare(channel: AmqpChannel, steps: readonly Step[]): Promise<string> {
  let queue = "";
  for (const step of steps) {
    try {
      queue = (await take(channel, step)) ?? queue;
    } catch (error) {
      throw refusal(error, nameOf(step));
    }
  }
  return queue;
}

/** The same on a channel that is closed afterwards: what is refused closes a channel. */
export async function declareAside(
  client: RabbitmqClient,
  work: (channel: AmqpChannel) => Promise<unknown>,
): Promise<void> {
  const channel = await client.createChannel();
  channel.on("error", () => {});
  try {
    await work(channel);
  } finally {
    await channel.close().catch(() => undefined);
  }
}

async function take(channel: AmqpChannel, step: Step): Promise<string | undefined> {
  switch (step.does) {
    case "exchange":
      if (step.passive) await channel.checkExchange(step.name);
      else await channel.assertExchange(step.name, step.type, step);
      return undefined;
    case "queue": {
      if (step.passive) return (await channel.checkQueue(step.name)).queue;
      const { durable, exclusive, autoDelete, arguments: given } = step;
      const options = { durable, exclusive, autoDelete, arguments: given };
      return (await channel.assertQueue(step.name, options)).queue;
    }
    case "bind exchange":
      await channel.bindExchange(step.to, step.from, step.key, step.arguments);
      return undefined;
    case "bind queue":
      await channel.bindQueue(step.to, step.from, step.key, step.arguments);
      return undefined;
  }
}

function nameOf(step: Step): string {
  switch (step.does) {
    case "exchange":
      return `the exchange "${step.name}"`;
    case "queue":
      return step.name === "" ? "a queue of this subscriber's own" : `the queue "${step.name}"`;
    case "bind exchange":
      return `the binding of exchange "${step.to}" to exchange "${step.from}"`;
    case "bind queue":
      return `the binding of queue "${step.to}" to exchange "${step.from}" with key "${step.key}"`;
  }
}
