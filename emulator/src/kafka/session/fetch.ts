/**
 * Fetch, 0–17: records from an offset on, of many partitions at once. Waits until there are `minBytes` of them, or
 * `maxWaitMs` have passed; an error is answered at once, also where it comes up meanwhile: somebody else leads, or the
 * topic is gone. The first batch comes even where it is larger than the client wants (KIP-74): else it would never get on.
 * https://kafka.apache.org/protocol#The_Messages_Fetch
 */
import type { Clock } from "../../clock.ts";
import type { Partition, ReadRecords } from "../model/contract.ts";
import { KafkaError } from "../model/errors.ts";
import { fetch } from "../wire/apis/fetch.ts";
import { convertDown } from "../wire/message-set.ts";
import type { RequestOf, ResponseOf } from "../wire/layout.ts";
import type { Batch } from "../wire/record-batch.ts";
import { may } from "./authorization.ts";
import { type Answer, type FetchContext, FetchSessions, type Wanted } from "./fetch-sessions.ts";
import { type Call, type Row, row } from "./handling.ts";
import { codeOf, partitionLedHere } from "./partition-lookup.ts";

type Request = RequestOf<typeof fetch>;
type Response = ResponseOf<typeof fetch>;

export function fetchRow(clock: Clock): Row {
  const sessions = new Map<number, FetchSessions>();
  return row(fetch, [0, 17], (request, call) => {
    let here = sessions.get(call.node.id);
    if (here === undefined) sessions.set(call.node.id, (here = new FetchSessions(clock)));
    try {
      return new Fetching(here.contextOf(request, call.version), request, call).answer();
    } catch (error) {
      return { errorCode: codeOf(error), sessionId: 0, responses: [] };
    }
  });
}

/** One partition's share of an answer. */
interface Share {
  readonly wanted: Wanted;
  readonly answer: Answer;
  readonly bytes: number;
  /** Absent where there was an error. */
  readonly read?: { readonly partition: Partition; readonly records: ReadRecords };
}

class Fetching {
  readonly #context: FetchContext;
  readonly #request: Request;
  readonly #call: Call;
  /** Found when the request came: what is deleted since is a topic that is gone, no longer an id that nobody knows. */
  readonly #names = new Map<Wanted, string>();
  #isWaiting = false;

  constructor(context: FetchContext, request: Request, call: Call) {
    this.#context = context;
    this.#request = request;
    this.#call = call;
  }

  answer(): Response | Promise<Response> {
    const shares = this.#read();
    return this.#isEnough(shares) ? this.#respond(shares) : this.#wait(shares);
  }

  #read(): Share[] {
    let left = Math.min(
      this.#request.maxBytes,
      this.#call.cluster.configs.number("fetch.max.bytes"),
    );
    // Up to version 2 the bounds of the partitions are all there is, and hold even for the first batch.
    let atLeastOne = this.#call.version >= 3;
    return this.#context.wanted.map((wanted) => {
      const share = this.#readOne(wanted, left, atLeastOne);
      if (share.bytes > 0) atLeastOne = false;
      left = Math.max(0, left - share.bytes);
      return share;
    });
  }

  #readOne(wanted: Wanted, left: number, atLeastOne: boolean): Share {
    const { partition: partitionIndex, fetchOffset, partitionMaxBytes } = wanted.asked;
    const { version } = this.#call;
    try {
      const partition = this.#find(wanted);
      const { log } = partition;
      const cut = cutOff(partition, wanted);
      const committedOnly = this.#request.isolationLevel === 1;
      const maxBytes = Math.min(left, partitionMaxBytes);
      const terms = { maxBytes, atLeastOne, committedOnly };
      const records = cut === null ? log.read(fetchOffset, terms) : NOTHING;
      const answer: Answer = {
        partitionIndex,
        errorCode: 0,
        highWatermark: log.highWatermark,
        lastStableOffset: log.lastStableOffset,
        logStartOffset: log.startOffset,
        abortedTransactions: committedOnly && cut === null ? records.aborted : null,
        records:
          version <= 3 ? convertDown(records.batches, version <= 1 ? 0 : 1) : records.pieces(),
        ...(cut === null ? {} : { divergingEpoch: cut }),
      };
      return { wanted, answer, bytes: records.bytes, read: { partition, records } };
    } catch (error) {
      return { wanted, answer: this.#failure(wanted, error), bytes: 0 };
    }
  }

  #find(wanted: Wanted): Partition {
    const { asked } = wanted;
    const call = this.#call;
    const name = this.#nameOf(wanted);
    if (!may(call, "Read", "Topic", name)) throw new KafkaError("TOPIC_AUTHORIZATION_FAILED");
    const fault = call.traffic?.refusal(name, asked.partition) ?? null;
    if (fault !== null) throw fault;
    return partitionLedHere(call, name, asked.partition, asked.currentLeaderEpoch);
  }

  #nameOf(wanted: Wanted): string {
    const { cluster, version } = this.#call;
    if (version < 13) return wanted.topic;
    const name = this.#names.get(wanted) ?? cluster.topics.byId(wanted.topicId)?.name;
    if (name === undefined) throw new KafkaError("UNKNOWN_TOPIC_ID");
    this.#names.set(wanted, name);
    return name;
  }

  #failure({ topic, topicId, asked }: Wanted, error: unknown): Answer {
    const { topics } = this.#call.cluster;
    const found = this.#call.version >= 13 ? topics.byId(topicId) : topics.get(topic);
    const partition = found?.partitions[asked.partition];
    const isElsewhere = error instanceof KafkaError && MOVED.has(error.error);
    const isUnread = error instanceof KafkaError && UNREAD.has(error.error) && !this.#isWaiting;
    return {
      partitionIndex: asked.partition,
      errorCode: codeOf(error),
      highWatermark: -1,
      records: NONE,
      abortedTransactions: isUnread ? [] : null,
      ...(partition !== undefined && isElsewhere
        ? { currentLeader: { leaderId: partition.leader, leaderEpoch: partition.leaderEpoch } }
        : {}),
    };
  }

  #isEnough(shares: readonly Share[]): boolean {
    const { maxWaitMs, minBytes, maxBytes } = this.#request;
    const bytes = shares.reduce((sum, share) => sum + share.bytes, 0);
    const isUrgent = ({ answer }: Share) =>
      answer.errorCode !== 0 || answer.divergingEpoch !== undefined;
    return (
      maxWaitMs <= 0 ||
      shares.length === 0 ||
      bytes >= Math.min(minBytes, maxBytes) ||
      shares.some(isUrgent)
    );
  }

  /** Looks again when the turn is over in which something came, for one request brings much at once. */
  async #wait(first: readonly Share[]): Promise<Response> {
    const { cluster, gone } = this.#call;
    this.#isWaiting = true;
    let shares = first;
    let isOver = false;
    let wake = () => {};
    const end = () => {
      isOver = true;
      wake();
    };
    const stops = [
      ...first.flatMap(({ read }) =>
        read === undefined
          ? []
          : [read.partition.log.onMore(() => wake()), read.partition.onLed(() => wake())],
      ),
      cluster.topics.onChange(() => wake()),
      cluster.clock.after(this.#request.maxWaitMs, end),
    ];
    gone.addEventListener("abort", end);
    try {
      while (!isOver && !this.#isEnough(shares)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        shares = this.#read();
      }
      return this.#respond(shares);
    } finally {
      for (const stop of stops) stop();
      gone.removeEventListener("abort", end);
    }
  }

  #respond(shares: readonly Share[]): Response {
    for (const { wanted, read } of shares) {
      if (read === undefined || read.records.bytes === 0) continue;
      const seen = visible(read.records);
      this.#call.traffic?.delivers(read.partition, seen, wanted.asked.fetchOffset);
    }
    const response = this.#context.respond(shares.map(({ wanted, answer }) => [wanted, answer]));
    return { ...response, ...this.#endpoints(shares) };
  }

  /** KIP-951: where those are to be found that lead in our place. */
  #endpoints(shares: readonly Share[]): Pick<Response, "nodeEndpoints"> {
    const leaders = new Set(shares.map(({ answer }) => answer.currentLeader?.leaderId));
    const moved = this.#call.cluster.nodes.filter(({ id }) => leaders.has(id));
    if (moved.length === 0) return {};
    return { nodeEndpoints: moved.map((node) => this.#call.addressOf(node)) };
  }
}

const NONE = Buffer.alloc(0);
const NOTHING: ReadRecords = { batches: [], bytes: 0, pieces: () => [], aborted: [] };
/** Found before anything is read: Kafka then lists no transaction, where else it has no list. */
const UNREAD: ReadonlySet<string> = new Set([
  "UNKNOWN_TOPIC_ID",
  "UNKNOWN_TOPIC_OR_PARTITION",
  "TOPIC_AUTHORIZATION_FAILED",
]);
const MOVED: ReadonlySet<string> = new Set(["NOT_LEADER_OR_FOLLOWER", "FENCED_LEADER_EPOCH"]);

/** KIP-595: where the log was cut off since the reader's last record; null where it was not. */
function cutOff(
  { log }: Partition,
  { asked }: Wanted,
): { epoch: number; endOffset: number } | null {
  const { lastFetchedEpoch, fetchOffset } = asked;
  if (lastFetchedEpoch < 0) return null;
  const { epoch, offset } = log.endOfEpoch(lastFetchedEpoch);
  if (offset < 0) throw new KafkaError("OFFSET_OUT_OF_RANGE");
  return epoch < lastFetchedEpoch || offset < fetchOffset ? { epoch, endOffset: offset } : null;
}

/** Without the transactions that were aborted, which a client passes over as it is told to. */
function visible({ batches, aborted }: ReadRecords): readonly Batch[] {
  if (aborted.length === 0) return batches;
  const open = new Set<number>();
  const waiting = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  return batches.filter((batch) => {
    while (waiting[0] !== undefined && waiting[0].firstOffset <= batch.lastOffset)
      open.add(waiting.shift()?.producerId ?? -1);
    if (batch.isControl) open.delete(batch.producerId);
    return !batch.isTransactional || !open.has(batch.producerId);
  });
}
