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

/** @typedef {{ url: string, name: string, tls?: { ca: string } }} Connection */

/**
 * How one that is called so connects. `ca`: of the server's certificate, PEM; "" where the connection is plain.
 * @param {string} name @param {{ url: string, ca?: string }} server @returns {Connection}
 */
export function connection(name, { url, ca = "" }) {
  return { url, name, ...(ca === "" ? {} : { tls: { ca } }) };
}

/** @type {Record<string, (connection: Connection, root: string) => Promise<Mode>>} */
export const modes = {
  async kafka(connection, root) {
    const { KafkaBroker } = await import("millrace/kafka");
    return {
      broker: new KafkaBroker(connection),
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
  async rabbitmq(connection, root) {
    const { RabbitmqBroker } = await import("millrace/rabbitmq");
    return {
      broker: new RabbitmqBroker(connection),
      on: `${root}.{key}`,
      options: { group: "recorder" },
      to: ({ key }) => [`${root}.{key}`, { params: { key } }],
    };
  },
  async "rabbitmq, quorum queue"(connection, root) {
    const { RabbitmqBroker, queue } = await import("millrace/rabbitmq");
    const jobs = queue(root, { type: "quorum" });
    return {
      broker: new RabbitmqBroker(connection),
      on: jobs,
      options: {},
      to: () => [jobs, {}],
    };
  },
  async "nats jetstream"(connection, root) {
    const { NatsBroker, jetstream } = await import("millrace/nats");
    const jobs = jetstream(`${root}.{key}`, {
      stream: { name: root, subjects: [`${root}.*`], declare: true },
      durable: "recorder",
    });
    return {
      broker: new NatsBroker(connection),
      on: jobs,
      options: { ackWait: 2000 },
      to: ({ key }) => [jobs, { params: { key } }],
    };
  },
  async "redis stream"(connection, root) {
    const { RedisBroker, stream } = await import("millrace/redis");
    return {
      broker: new RedisBroker(connection),
      on: stream(root, { group: "recorder", minIdle: 2000 }),
      options: {},
      to: () => [stream(root), {}],
    };
  },
  async "redis list"(connection, root) {
    const { RedisBroker, list } = await import("millrace/redis");
    const jobs = list(root, { reliable: true });
    return { broker: new RedisBroker(connection), on: jobs, options: {}, to: () => [jobs, {}] };
  },
  async mqtt(connection, root) {
    const { MqttBroker } = await import("millrace/mqtt");
    return {
      broker: new MqttBroker({ ...connection, sessionExpiry: 300 }),
      on: `${root}/{key}`,
      options: {},
      to: ({ key }) => [`${root}/{key}`, { params: { key } }],
    };
  },
};
