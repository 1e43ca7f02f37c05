/** Plays lines of random scripts to a Kafka broker: what each is answered, without what no two brokers say alike. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Codec, type Damage, damaged } from "../kafka-damage.ts";
import { batch, shownBatches } from "../kafka-records.ts";
import type { ApiName } from "../kafka-layouts.ts";
import { type Fields, KafkaWire, type Value } from "../kafka-wire.ts";

/** CONCURRENT_TRANSACTIONS: what was ended before is not done yet. COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR. */
const LATER: readonly Value[] = [51, 14, 15, 16];
const UNKNOWN_TOPIC = 3;
const LONG_AGO = 1000;
const INVALID_TOPIC = 17;
/** As DescribeConfigs and CreateTopics name where a value comes from. */
const DEFAULT_CONFIG = 5;

interface Producer {
  readonly producerId: number;
  readonly producerEpoch: number;
}

const nobody: Producer = { producerId: -1, producerEpoch: -1 };

export class KafkaPlayer implements AsyncDisposable {
  readonly #wire: KafkaWire;
  /** When records are said to be sent: markers, which have the brokers' time, are later. */
  readonly #time = Date.now() - LONG_AGO;
  /** In front of all names of a script: each begins with nothing. */
  #root = "";
  #producers = new Map<string, Producer>();
  #producerNames = new Map<number, string>();
  #topics = new Set<string>();

  private constructor(wire: KafkaWire) {
    this.#wire = wire;
  }

  static async connect(url: string): Promise<KafkaPlayer> {
    const player = new KafkaPlayer(await KafkaWire.connect(url));
    await player.#warmUp();
    return player;
  }

  /** The topics of a broker's coordinators come into being when somebody asks for these. */
  async #warmUp(): Promise<void> {
    for (const keyType of [0, 1]) await this.#later("findCoordinator", { key: "warm", keyType });
    await this.#later("initProducerId", {
      transactionalId: "warm",
      transactionTimeoutMs: 60_000,
      ...nobody,
    });
    await this.#later("offsetFetch", { groupId: "warm", topics: null });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#wire[Symbol.asyncDispose]();
  }

  /** Each line with its answer, from a broker on which nothing is called `root` yet. */
  async play(root: string, lines: readonly (readonly string[])[]): Promise<string[]> {
    this.#root = root;
    this.#producers = new Map();
    this.#producerNames = new Map();
    this.#topics = new Set();
    const told: string[] = [];
    for (const line of lines) {
      const [name = "", ...words] = line;
      const play = this.#plays[name];
      if (play === undefined) throw new Error(`nobody knows how to play ${name}`);
      told.push(`${line.join(" ")} → ${await play(words)}`);
    }
    for (const topic of this.#topics)
      await this.#wire.ask("deleteTopics", { topicNames: [topic], timeoutMs: 10_000 });
    return told;
  }

  readonly #plays: Readonly<Record<string, (words: string[]) => Promise<string>>> = {
    create: async ([name = "", partitions, replicas, config, value = null]) => {
      const told = await this.#ask("createTopics", {
        topics: [
          {
            name: this.#named(name),
            numPartitions: Number(partitions),
            replicationFactor: Number(replicas),
            configs: config === undefined ? [] : [{ name: config, value }],
          },
        ],
        timeoutMs: 10_000,
      });
      if (told.includes("'errorCode':0")) await this.#known(name, true);
      return told;
    },
    delete: async ([name = ""]) => {
      const told = await this.#ask("deleteTopics", {
        topicNames: [this.#named(name)],
        timeoutMs: 10_000,
      });
      await this.#known(name, false);
      return told;
    },
    grow: async ([name = "", count]) => {
      const told = await this.#ask("createPartitions", {
        topics: [{ name: this.#named(name), count: Number(count) }],
        timeoutMs: 10_000,
      });
      await this.#barrier();
      return told;
    },
    metadata: ([name = ""]) =>
      this.#ask("metadata", { topics: [{ name: this.#named(name) }] }, ["brokers", "clusterId"]),
    alter: async ([name = "", operation, config = "", value = ""]) => {
      const operations = ["set", "delete", "append", "subtract"];
      const told = await this.#ask("incrementalAlterConfigs", {
        resources: [
          {
            resourceType: 2,
            resourceName: this.#named(name),
            configs: [
              {
                name: config,
                configOperation: operations.indexOf(operation ?? ""),
                value: operation === "delete" ? null : value,
              },
            ],
          },
        ],
      });
      await this.#barrier();
      return told;
    },
    configs: ([name = "", ...keys]) =>
      this.#ask("describeConfigs", {
        resources: [{ resourceType: 2, resourceName: this.#named(name), configurationKeys: keys }],
        includeSynonyms: true,
      }),

    produce: ([name = "", partition, acks, ...values]) =>
      this.#produce(name, Number(partition), Number(acks), { values }),
    damaged: ([name = "", codec, damage, ...values]) =>
      this.#send(name, 0, -1, damaged(this.#dated({ values }), codec as Codec, damage as Damage)),
    fetch: ([name = "", partition, offset, isolation, bytes = "1000000"]) =>
      this.#ask("fetch", {
        replicaId: -1,
        maxBytes: 1_000_000,
        isolationLevel: isolation === "committed" ? 1 : 0,
        sessionEpoch: -1,
        topics: [
          {
            topic: this.#named(name),
            partitions: [
              {
                partition: Number(partition),
                currentLeaderEpoch: -1,
                fetchOffset: Number(offset),
                logStartOffset: -1,
                partitionMaxBytes: Number(bytes),
              },
            ],
          },
        ],
      }),
    list: ([name = "", partition, at = "", isolation]) =>
      this.#ask("listOffsets", {
        replicaId: -1,
        isolationLevel: isolation === "committed" ? 1 : 0,
        topics: [
          {
            name: this.#named(name),
            partitions: [
              {
                partitionIndex: Number(partition),
                currentLeaderEpoch: -1,
                timestamp: at.startsWith("+") ? this.#time + Number(at) : Number(at),
              },
            ],
          },
        ],
      }),
    epoch: ([name = "", partition, current, epoch]) =>
      this.#ask("offsetForLeaderEpoch", {
        replicaId: -1,
        topics: [
          {
            topic: this.#named(name),
            partitions: [
              {
                partition: Number(partition),
                currentLeaderEpoch: Number(current),
                leaderEpoch: Number(epoch),
              },
            ],
          },
        ],
      }),
    cut: ([name = "", partition, offset]) =>
      this.#ask("deleteRecords", {
        topics: [
          {
            name: this.#named(name),
            partitions: [{ partitionIndex: Number(partition), offset: Number(offset) }],
          },
        ],
        timeoutMs: 10_000,
      }),

    commit: ([group = "", name = "", partition, offset, metadata = null]) =>
      this.#ask("offsetCommit", {
        groupId: this.#named(group),
        generationId: -1,
        topics: this.#offsets(name, partition, offset, metadata),
      }),
    offsets: ([group = "", name = "", stable]) =>
      this.#ask("offsetFetch", {
        groupId: this.#named(group),
        topics: name === "all" ? null : [{ name: this.#named(name), partitionIndexes: [0, 1, 2] }],
        requireStable: stable === "stable",
      }),
    forget: ([group = "", name = "", partition]) =>
      this.#ask("offsetDelete", {
        groupId: this.#named(group),
        topics: [{ name: this.#named(name), partitions: [{ partitionIndex: Number(partition) }] }],
      }),
    "delete-group": ([group = ""]) =>
      this.#ask("deleteGroups", { groupsNames: [this.#named(group)] }),
    group: ([group = ""]) => this.#ask("describeGroups", { groups: [this.#named(group)] }),

    init: async ([producer = "", timeout, as]) => {
      const transactionalId = producer.startsWith("i") ? null : this.#named(producer);
      const request = {
        transactionalId,
        transactionTimeoutMs: Number(timeout),
        ...(as === "again" ? this.#producer(producer) : nobody),
      };
      const answer = await this.#later("initProducerId", request);
      if (answer["errorCode"] === 0) {
        const { producerId, producerEpoch } = answer as unknown as Producer;
        this.#producers.set(producer, { producerId, producerEpoch });
        if (!this.#producerNames.has(producerId))
          this.#producerNames.set(producerId, `producer ${this.#producerNames.size}`);
      }
      return this.#shown(answer);
    },
    write: ([producer = "", name = "", partition, sequence, ...values]) =>
      this.#produce(name, Number(partition), -1, {
        values,
        ...this.#producer(producer),
        sequence: Number(sequence),
        ...(producer.startsWith("i")
          ? {}
          : { isTransactional: true, transactionalId: this.#named(producer) }),
      }),
    add: async ([producer = "", name = "", ...partitions]) =>
      this.#shown(
        await this.#later("addPartitionsToTxn", {
          ...this.#transaction(producer),
          topics: [{ name: this.#named(name), partitions: partitions.map(Number) }],
        }),
      ),
    "add-offsets": async ([producer = "", group = ""]) =>
      this.#shown(
        await this.#later("addOffsetsToTxn", {
          ...this.#transaction(producer),
          groupId: this.#named(group),
        }),
      ),
    "txn-commit": ([producer = "", group = "", name = "", partition, offset]) =>
      this.#ask("txnOffsetCommit", {
        ...this.#transaction(producer),
        groupId: this.#named(group),
        generationId: -1,
        topics: this.#offsets(name, partition, offset, null),
      }),
    end: async ([producer = "", how]) => {
      const committed = how === "commit";
      const answer = await this.#later("endTxn", { ...this.#transaction(producer), committed });
      await this.#ended(producer);
      return this.#shown(answer);
    },
    transaction: ([producer = ""]) =>
      this.#ask("describeTransactions", { transactionalIds: [this.#named(producer)] }, [
        "startTimeMs",
      ]),
  };

  #offsets(
    name: string,
    partition: string | undefined,
    offset: string | undefined,
    committedMetadata: string | null,
  ): Value {
    const partitionIndex = Number(partition);
    const committedOffset = Number(offset);
    const committed = { partitionIndex, committedOffset, committedLeaderEpoch: -1 };
    return [{ name: this.#named(name), partitions: [{ ...committed, committedMetadata }] }];
  }

  async #produce(
    name: string,
    index: number,
    acks: number,
    terms: {
      readonly values: readonly string[];
      readonly sequence?: number;
      readonly isTransactional?: boolean;
      readonly transactionalId?: string;
    } & Partial<Producer>,
  ): Promise<string> {
    return this.#send(name, index, acks, batch(this.#dated(terms)), terms.transactionalId);
  }

  /** As many ms after the script's beginning as the first value says. */
  #dated<T extends { readonly values: readonly string[] }>(
    terms: T,
  ): T & { readonly time: number } {
    return { ...terms, time: this.#time + (terms.values[0]?.length ?? 0) };
  }

  #send(
    name: string,
    index: number,
    acks: number,
    records: Buffer,
    transactionalId: string | null = null,
  ): Promise<string> {
    return this.#ask("produce", {
      transactionalId,
      acks,
      timeoutMs: 10_000,
      topicData: [{ name: this.#named(name), partitionData: [{ index, records }] }],
    });
  }

  #named(name: string): string {
    return name === "-" ? "" : `${this.#root}.${name}`;
  }

  #producer(name: string): Producer {
    return this.#producers.get(name) ?? { producerId: 4711, producerEpoch: 0 };
  }

  #transaction(producer: string) {
    return { transactionalId: this.#named(producer), ...this.#producer(producer) };
  }

  async #ask(name: ApiName, fields: Fields, without: readonly string[] = []): Promise<string> {
    const answer = await this.#wire.ask(name, fields);
    return answer === null ? "closed" : this.#shown(answer, without);
  }

  /** Again as long as the broker says that it is not so far. */
  async #later(name: ApiName, fields: Fields): Promise<Fields> {
    for (let time = 0; time < 5000; time++) {
      const answer = await this.#wire.ask(name, fields);
      if (answer === null) throw new Error("the broker closed the connection");
      if (!codesOf(answer).some((code) => LATER.includes(code))) return answer;
      await sleep(5);
    }
    throw new Error(`${name} is never answered`);
  }

  /** Markers are written after EndTxn is answered. */
  async #ended(producer: string): Promise<void> {
    const transactionalIds = [this.#named(producer)];
    for (let isPrepared = true; isPrepared;) {
      const answer = await this.#later("describeTransactions", { transactionalIds });
      isPrepared = JSON.stringify(answer["states"]).includes('"state":"Prepare');
    }
  }

  /** A broker learns later than the controller what there is. */
  async #known(name: string, is: boolean): Promise<void> {
    const topics = [{ name: this.#named(name) }];
    if (is) this.#topics.add(this.#named(name));
    else this.#topics.delete(this.#named(name));
    for (let time = 0; time < 5000; time++) {
      const answer = await this.#wire.ask("metadata", { topics });
      const code = (answer?.["topics"] as Fields[] | undefined)?.[0]?.["errorCode"];
      if (!is && (code === UNKNOWN_TOPIC || code === INVALID_TOPIC)) return;
      if (is && code === 0 && (await this.#isLed(name))) return;
      await sleep(5);
    }
    throw new Error(`${name} does not come or go`);
  }

  async #isLed(name: string): Promise<boolean> {
    const partitions = [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp: -1 }];
    const topics = [{ name: this.#named(name), partitions }];
    const answer = await this.#wire.ask("listOffsets", { replicaId: -1, topics });
    return answer !== null && codesOf(answer).every((code) => code === 0);
  }

  /** What the controller was told before, the broker knows when it knows this. */
  async #barrier(): Promise<void> {
    const name = `barrier${this.#topics.size}-${Math.random()}`;
    const topics = [{ name: this.#named(name), numPartitions: 1, replicationFactor: 1 }];
    await this.#wire.ask("createTopics", { topics, timeoutMs: 10_000 });
    await this.#known(name, true);
  }

  #shown(answer: Fields, without: readonly string[] = []): string {
    const hidden = ["throttleTimeMs", "leaderId", "controllerId", "sessionId", ...without];
    const show = (key: string, value: Value): unknown => {
      if (hidden.includes(key)) return undefined;
      if (key === "producerId") return this.#producerNames.get(Number(value)) ?? value;
      if (key === "records")
        return shownBatches(
          value as Buffer | null,
          (id) => this.#producerNames.get(id) ?? String(id),
        );
      if ((key === "timestamp" || key === "logAppendTimeMs") && Number(value) >= 0)
        return Math.min(Number(value) - this.#time, LONG_AGO);
      if (key === "replicaNodes" || key === "isrNodes") return (value as Value[]).length;
      if (Buffer.isBuffer(value)) return value.toString("latin1");
      if (key === "configs")
        return (value as Fields[] | null)
          ?.filter((config, _, all) => all.length < 5 || config["configSource"] !== DEFAULT_CONFIG)
          .map((config) => show("", config));
      // What is in a map has no order of its own.
      if (key === "partitions" && Array.isArray(value))
        return value.map((item: Value) => JSON.stringify(show("", item))).toSorted();
      // In what order Kafka tells a transaction's topics, lies in their hashes.
      if (key === "states")
        return (value as Fields[]).map((state) => ({
          ...(show("", state) as object),
          topics: (state["topics"] as Fields[])
            .map((each) => JSON.stringify(show("", each)))
            .sort(),
        }));
      if (Array.isArray(value)) return value.map((item: Value) => show("", item));
      if (value !== null && typeof value === "object")
        return Object.fromEntries(
          Object.entries(value).map(([name, inner]) => [name, show(name, inner as Value)]),
        );
      return value;
    };
    return JSON.stringify(show("", answer)).replaceAll(this.#root, "").replaceAll(/\\*"/g, "'");
  }
}

/** All error codes in an answer. */
function codesOf(value: Value): Value[] {
  if (value === null || typeof value !== "object" || Buffer.isBuffer(value)) return [];
  if (Array.isArray(value)) return value.flatMap((item: Value) => codesOf(item));
  return Object.entries(value as Fields).flatMap(([name, inner]) =>
    name === "errorCode" ? [inner] : codesOf(inner),
  );
}
