/** For tests: administration in few words, by a client that speaks message by message. */
import { type Bench, type WireClient, openBench } from "../../kafka-bench.ts";
import { createTopics } from "../../wire/apis/create-topics.ts";
import { describeConfigs } from "../../wire/apis/describe-configs.ts";
import { incrementalAlterConfigs } from "../../wire/apis/incremental-alter-configs.ts";
import { metadata } from "../../wire/apis/metadata.ts";

export const TOPIC = 2;
export const BROKER = 4;
export const NO_ID = "AAAAAAAAAAAAAAAAAAAAAA";

interface Resource {
  readonly resourceType: number;
  readonly resourceName: string;
}

const ORDERS: Resource = { resourceType: TOPIC, resourceName: "orders" };

interface PartitionView {
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly epoch: number;
}

interface Told {
  readonly value: string | null | undefined;
  readonly source: number | undefined;
  readonly sources: string[] | undefined;
}

interface Wanted {
  readonly partitions?: number;
  readonly factor?: number;
  readonly configs?: Readonly<Record<string, string | null>>;
  readonly assignment?: readonly (readonly number[])[];
}

/** Error codes by topic; each where it is not 0 with its text. */
export async function create(
  client: WireClient,
  topics: readonly (readonly [string, Wanted?])[],
  validateOnly = false,
): Promise<string[] | undefined> {
  const answer = await client.ask(createTopics, 7, {
    topics: topics.map(([name, { partitions = -1, factor = -1, configs, assignment } = {}]) => ({
      name,
      numPartitions: partitions,
      replicationFactor: factor,
      assignments: (assignment ?? []).map((brokerIds, partitionIndex) => ({
        partitionIndex,
        brokerIds,
      })),
      configs: Object.entries(configs ?? {}).map(([key, value]) => ({ name: key, value })),
    })),
    timeoutMs: 1000,
    validateOnly,
  });
  return answer?.topics.map(({ name, errorCode, errorMessage }) =>
    errorCode === 0 ? name : `${name} ${errorCode} ${errorMessage}`,
  );
}

export async function withTopic(
  wanted: Wanted = {},
  options: Parameters<typeof openBench>[0] = {},
): Promise<{ bench: Bench; client: WireClient }> {
  const bench = await openBench(options);
  const client = bench.connect();
  await create(client, [["orders", wanted]]);
  return { bench, client };
}

export async function partitionsOf(client: WireClient, name = "orders"): Promise<PartitionView[]> {
  const topics = [{ name, topicId: NO_ID }];
  const answer = await client.ask(metadata, 12, {
    topics,
    allowAutoTopicCreation: false,
    includeTopicAuthorizedOperations: false,
  });
  const partitions = answer?.topics[0]?.partitions ?? [];
  return partitions.map(({ leaderId, replicaNodes, leaderEpoch }) => ({
    leader: leaderId,
    replicas: replicaNodes,
    epoch: leaderEpoch,
  }));
}

type Operation = readonly ["set" | "delete" | "append" | "subtract", string, string?];

export async function alter(
  client: WireClient,
  operations: readonly Operation[],
  { resourceType, resourceName }: Resource = ORDERS,
): Promise<string> {
  const codes = { set: 0, delete: 1, append: 2, subtract: 3 };
  const configs = operations.map(([operation, name, value = null]) => ({
    name,
    value,
    configOperation: codes[operation],
  }));
  const resources = [{ resourceType, resourceName, configs }];
  const answer = await client.ask(incrementalAlterConfigs, 1, { resources, validateOnly: false });
  const outcome = answer?.responses[0];
  return outcome?.errorCode === 0 ? "done" : `${outcome?.errorCode} ${outcome?.errorMessage}`;
}

/** The value of a config, and by which names it could have come, those first that win. */
export async function told(
  client: WireClient,
  name: string,
  { resourceType, resourceName }: Resource = ORDERS,
): Promise<Told> {
  const resources = [{ resourceType, resourceName, configurationKeys: [name] }];
  const answer = await client.ask(describeConfigs, 4, {
    resources,
    includeSynonyms: true,
    includeDocumentation: false,
  });
  const config = answer?.results[0]?.configs[0];
  const sources = config?.synonyms.map((synonym) => `${synonym.source} ${synonym.value}`);
  return { value: config?.value, source: config?.configSource, sources };
}
