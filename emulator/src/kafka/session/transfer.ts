/** The messages that one request moves: they meet the journal, and the faults of their own. */
import { type FrameFault, reasonOf } from "../../fault-engine.ts";
import type { JournalClient } from "../../journal.ts";
import type { Partition } from "../model/contract.ts";
import type { KafkaError } from "../model/errors.ts";
import type { produce } from "../wire/apis/produce.ts";
import type { RequestOf } from "../wire/layout.ts";
import type { Batch } from "../wire/record-batch.ts";
import type { Broker } from "./broker.ts";
import { errorOf, faultOnDelivery, isMeant } from "./faulty.ts";
import type { Traffic } from "./handling.ts";
import type { Request } from "./requests.ts";

/** What an answer brings from one partition. */
interface Delivery {
  readonly partition: Partition;
  readonly batches: readonly Batch[];
  readonly offset: number;
}

export class Transfer implements Traffic {
  readonly #request: Request;
  readonly #client: JournalClient;
  readonly #broker: Broker;
  readonly #refusal: FrameFault | null;
  readonly #deliveries: Delivery[] = [];

  constructor(request: Request, client: JournalClient, broker: Broker, refusal: FrameFault | null) {
    this.#request = request;
    this.#client = client;
    this.#broker = broker;
    this.#refusal = refusal;
  }

  refusal(topic: string, partition: number): KafkaError | null {
    const { effect, channel } = this.#refusal ?? {};
    if (effect?.kind !== "error") return null;
    const isRefused = channel === undefined || isMeant(channel, `${topic}/${partition}`);
    return isRefused ? errorOf(effect.text) : null;
  }

  published(partition: Partition, batches: readonly Batch[]): void {
    this.#broker.ledger.published(partition, batches, this.#client);
  }

  delivers(partition: Partition, batches: readonly Batch[], offset: number): void {
    this.#deliveries.push({ partition, batches, offset });
  }

  /** The fault that the answer meets for what it brings. */
  fault(): FrameFault | null {
    if (this.#deliveries.length === 0) return null;
    const channels = this.#deliveries.map(
      ({ partition: { topic, index } }) => `${topic.name}/${index}`,
    );
    return faultOnDelivery(channels, this.#client.name, this.#broker.context);
  }

  /** The answer goes out. */
  sent(): void {
    for (const { partition, batches, offset } of this.#deliveries)
      this.#broker.ledger.delivered(partition, batches, offset, this.#client);
  }

  /** The answer does not reach the client. */
  lost(reason: string): void {
    for (const { partition, batches, offset } of this.#deliveries)
      this.#broker.ledger.lost(partition, batches, offset, { client: this.#client, reason });
  }

  /** A fault takes the request off the wire, and with it what was to be published. */
  lose(fault: FrameFault): void {
    if (this.#request.api.name !== "Produce") return;
    const { topics } = this.#broker.cluster;
    for (const topic of (this.#request.value as RequestOf<typeof produce>).topicData) {
      const name = topics.byId(topic.topicId)?.name ?? topic.name;
      for (const { index, records } of topic.partitionData) {
        const lost = { topic: name, index, records: records ?? Buffer.alloc(0) };
        this.#broker.ledger.taken(lost, { client: this.#client, reason: reasonOf(fault) });
      }
    }
  }
}
