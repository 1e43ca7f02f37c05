/** Plays administration on one Kafka with kafkajs, and tells what came of each step and what is there at the end. */
import { type Admin, ConfigResourceTypes, Kafka, logLevel } from "kafkajs";
import { type AdminStep, CONFIGS, TOPICS } from "./kafka-admin-script.ts";

export class Administrator implements AsyncDisposable {
  readonly #admin: Admin;
  readonly #kafka: Kafka;
  /** Brokers learn of changes in the controller's order: what was asked before this topic is there when it is. */
  #barriers = 0;

  private constructor(kafka: Kafka) {
    this.#kafka = kafka;
    this.#admin = kafka.admin();
  }

  static async connect(url: string): Promise<Administrator> {
    // A second, kafkajs' own, is little on a busy machine.
    const once = { connectionTimeout: 30_000, retry: { retries: 0 } };
    const kafka = new Kafka({ brokers: [url], logLevel: logLevel.NOTHING, ...once });
    const administrator = new Administrator(kafka);
    await administrator.#admin.connect();
    return administrator;
  }

  /** Begins without topics. */
  async play(script: readonly AdminStep[]): Promise<unknown[]> {
    const topics = await this.#topics();
    if (topics.length > 0) await this.#admin.deleteTopics({ topics });
    await this.#settle();
    const told: unknown[] = [];
    for (const step of script) {
      told.push(await outcome(() => this.#do(step)));
      await this.#settle();
    }
    return [...told, await this.#state()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#admin.disconnect();
  }

  async #do(step: AdminStep): Promise<unknown> {
    const { topic } = step;
    switch (step.do) {
      case "create": {
        const { numPartitions, replicationFactor, validateOnly } = step;
        const configEntries = [...step.configs];
        const topics = [{ topic, numPartitions, replicationFactor, configEntries }];
        return this.#admin.createTopics({ topics, validateOnly, waitForLeaders: false });
      }
      case "grow":
        return this.#admin.createPartitions({ topicPartitions: [{ topic, count: step.count }] });
      case "alter": {
        const { configs, validateOnly } = step;
        const resource = { type: ConfigResourceTypes.TOPIC, name: topic };
        const resources = [{ ...resource, configEntries: [...configs] }];
        await this.#admin.alterConfigs({ resources, validateOnly });
        return "altered";
      }
      case "produce": {
        const messages = Array.from({ length: step.messages }, () => ({ value: "v", key: "k" }));
        // One of its own: it knows nothing of topics that are gone.
        const producer = this.#kafka.producer({ allowAutoTopicCreation: false });
        await producer.connect();
        const sent = await producer.send({ topic, messages }).finally(() => producer.disconnect());
        return sent.map(({ partition, baseOffset }) => [partition, baseOffset]);
      }
      case "cut":
        return this.#admin.deleteTopicRecords({
          topic,
          partitions: [{ partition: 0, offset: step.offset }],
        });
      case "delete":
        return this.#admin.deleteTopics({ topics: [topic] });
    }
  }

  async #settle(): Promise<void> {
    const topic = `barrier-${++this.#barriers}`;
    await this.#admin.createTopics({
      topics: [{ topic, numPartitions: 1 }],
      waitForLeaders: false,
    });
    while (!(await this.#admin.listTopics()).includes(topic));
    await this.#admin.deleteTopics({ topics: [topic] });
  }

  /** Topics, what they go by, and how far their logs reach. */
  async #state(): Promise<unknown> {
    const topics = await this.#topics();
    return Promise.all(
      topics.map(async (topic) => ({
        topic,
        offsets: (await this.#admin.fetchTopicOffsets(topic)).toSorted(
          (one, other) => one.partition - other.partition,
        ),
        configs: await this.#configs(topic),
      })),
    );
  }

  /** But for barriers, of which the last may be there still. */
  async #topics(): Promise<string[]> {
    const topics = await this.#admin.listTopics();
    return topics.filter((topic) => (TOPICS as readonly string[]).includes(topic)).toSorted();
  }

  async #configs(name: string): Promise<unknown> {
    const resource = { type: ConfigResourceTypes.TOPIC, name, configNames: [...CONFIGS] };
    const { resources } = await this.#admin.describeConfigs({
      resources: [resource],
      includeSynonyms: true,
    });
    return resources[0]?.configEntries
      .toSorted((one, other) => one.configName.localeCompare(other.configName))
      .map(({ configName, configValue, configSource, configSynonyms }) => ({
        configName,
        configValue,
        configSource,
        configSynonyms,
      }));
  }
}

/** What was answered; or Kafka's errors, by their names. */
async function outcome(action: () => Promise<unknown>): Promise<unknown> {
  try {
    return (await action()) ?? "done";
  } catch (error) {
    return errorsOf(error).join(", ");
  }
}

function errorsOf(error: unknown): string[] {
  const { errors, type, cause, message } = error as {
    readonly errors?: readonly unknown[];
    readonly type?: string;
    readonly cause?: unknown;
    readonly message: string;
  };
  if (errors !== undefined) return errors.flatMap(errorsOf);
  if (type !== undefined) return [type];
  return cause === undefined ? [message] : errorsOf(cause);
}
