/**
 * How each broker is used in the outage tests: by the test, which publishes, and by the service in a process of its own,
 * which loads this file as it is. `root` is what a test calls its jobs.
 */

/**
 * @typedef {object} Mode
 * @property {import("millrace").AnyBroker} broker
 * @property {any} on What the service subscribes to.
 * @property {object} options Of its subscriber.
 * @property {(job: Job) => [to: any, options: object]} to Where and how a job is published.
 *
 * @typedef {{ key: string, number: number }} Job
 */

/** @type {Record<string, (url: string, name: string, root: string) => Promise<Mode>>} */
export const modes = {
  async kafka(url, name, root) {
    const { KafkaBroker } = await import("millrace/kafka");
    return {
      broker: new KafkaBroker({ url, name }),
      on: root,
      options: {
        group: "recorder",
        sessionTimeout: 6000,
        heartbeatInterval: 1000,
        // What was done since the last commit is what comes again: here nothing waits for its turn.
        commitInterval: 0,
      },
      to: ({ key }) => [root, { key }],
    };
  },
  async rabbitmq(url, name, root) {
    const { RabbitmqBroker } = await import("millrace/rabbitmq");
    return {
      broker: new RabbitmqBroker({ url, name }),
      on: `${root}.{key}`,
      options: { group: "recorder" },
      to: ({ key }) => [`${root}.{key}`, { params: { key } }],
    };
  },
  async "rabbitmq, quorum queue"(url, name, root) {
    const { RabbitmqBroker, queue } = await import("millrace/rabbitmq");
    const jobs = queue(root, { type: "quorum" });
    return {
      broker: new RabbitmqBroker({ url, name }),
      on: jobs,
      options: {},
      to: () => [jobs, {}],
    };
  },
  async "nats jetstream"(url, name, root) {
    const { NatsBroker, jetstream } = await import("millrace/nats");
    const jobs = jetstream(`${root}.{key}`, {
      stream: { name: root, subjects: [`${root}.*`], declare: true },
      durable: "recorder",
    });
    return {
      broker: new NatsBroker({ url, name }),
      on: jobs,
      options: { ackWait: 2000 },
      to: ({ key }) => [jobs, { params: { key } }],
    };
  },
  async "redis stream"(url, name, root) {
    const { RedisBroker, stream } = await import("millrace/redis");
    return {
      broker: new RedisBroker({ url, name }),
      on: stream(root, { group: "recorder", minIdle: 2000 }),
      options: {},
      to: () => [stream(root), {}],
    };
  },
  async "redis list"(url, name, root) {
    const { RedisBroker, list } = await import("millrace/redis");
    const jobs = list(root, { reliable: true });
    return { broker: new RedisBroker({ url, name }), on: jobs, options: {}, to: () => [jobs, {}] };
  },
  async mqtt(url, name, root) {
    const { MqttBroker } = await import("millrace/mqtt");
    return {
      broker: new MqttBroker({ url, name, sessionExpiry: 300 }),
      on: `${root}/{key}`,
      options: {},
      to: ({ key }) => [`${root}/{key}`, { params: { key } }],
    };
  },
};
