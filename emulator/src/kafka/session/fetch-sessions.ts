/**
 * Incremental fetch sessions, KIP-227: a client names its partitions once, then only what changes; and it is answered
 * only what has changed. Each answer takes the session to its next epoch, so that none is lost unnoticed.
 */
import { randomInt } from "node:crypto";
import type { Clock } from "../../clock.ts";
import { KafkaError } from "../model/errors.ts";
import type { fetch } from "../wire/apis/fetch.ts";
import type { RequestOf, ResponseOf } from "../wire/layout.ts";

type Request = RequestOf<typeof fetch>;
type Response = ResponseOf<typeof fetch>;
export type Asked = Request["topics"][number]["partitions"][number];
export type Answer = Response["responses"][number]["partitions"][number];

/** A partition that is fetched: by its topic's id from version 13 on, before by its name. */
export interface Wanted {
  readonly topic: string;
  readonly topicId: string;
  readonly asked: Asked;
}

/** What is to be fetched for a request, and what of the answers goes out. */
export interface FetchContext {
  readonly wanted: readonly Wanted[];
  respond(answers: readonly (readonly [Wanted, Answer])[]): Response;
}

interface Cached extends Wanted {
  highWatermark: number;
  startOffset: number;
}

interface FetchSession {
  readonly id: number;
  readonly usesIds: boolean;
  readonly created: number;
  used: number;
  epoch: number;
  /** By topic and index; what brought records last comes last, so that no partition starves the others. */
  readonly partitions: Map<string, Cached>;
}

/** `max.incremental.fetch.session.cache.slots` */
const MAX_SESSIONS = 1000;
/** How long one is safe from others, ms. */
const MIN_LIFE = 120_000;
const CLOSES = -1;
const BEGINS = 0;

/** The sessions of one node: they belong to no connection. */
export class FetchSessions {
  readonly #clock: Clock;
  readonly #sessions = new Map<number, FetchSession>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws {KafkaError} FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH, FETCH_SESSION_TOPIC_ID_ERROR */
  contextOf(request: Request, version: number): FetchContext {
    const { sessionId, sessionEpoch } = request;
    const wanted = wantedBy(request);
    if (version < 7) return { wanted, respond: (answers) => responseOf(0, answers) };
    if (sessionEpoch === BEGINS || sessionEpoch === CLOSES) {
      this.#sessions.delete(sessionId);
      return {
        wanted,
        respond: (answers) =>
          responseOf(sessionEpoch === CLOSES ? 0 : this.#create(answers, version), answers),
      };
    }
    const session = this.#sessions.get(sessionId);
    if (session === undefined) throw new KafkaError("FETCH_SESSION_ID_NOT_FOUND");
    if (session.usesIds !== version >= 13) throw new KafkaError("FETCH_SESSION_TOPIC_ID_ERROR");
    if (session.epoch !== sessionEpoch) throw new KafkaError("INVALID_FETCH_SESSION_EPOCH");
    return this.#goOn(session, wanted, request);
  }

  #goOn(session: FetchSession, wanted: readonly Wanted[], request: Request): FetchContext {
    const { partitions } = session;
    for (const each of wanted) {
      const known = partitions.get(keyOf(each));
      const { highWatermark, startOffset } = known ?? { highWatermark: -1, startOffset: -1 };
      partitions.set(keyOf(each), { ...each, highWatermark, startOffset });
    }
    for (const { topic, topicId, partitions: forgotten } of request.forgottenTopicsData) {
      for (const index of forgotten) partitions.delete(`${index}/${topic}/${topicId}`);
    }
    if (partitions.size === 0) {
      this.#sessions.delete(session.id);
      return { wanted: [], respond: (answers) => responseOf(0, answers) };
    }
    session.used = this.#clock.now();
    const epoch = (session.epoch = following(session.epoch));
    return {
      wanted: [...partitions.values()],
      respond: (answers) => {
        // Another request of this session has overtaken it.
        if (session.epoch !== epoch)
          return { ...responseOf(session.id, []), errorCode: EPOCH_ERROR.code };
        return responseOf(
          session.id,
          answers.filter((each) => isNews(session, ...each)),
        );
      },
    };
  }

  /** 0 where there is no room: then the client goes on without one. */
  #create(answers: readonly (readonly [Wanted, Answer])[], version: number): number {
    const now = this.#clock.now();
    if (this.#sessions.size >= MAX_SESSIONS && !this.#evict(answers.length, now)) return 0;
    let id: number;
    do id = randomInt(1, 2 ** 31 - 1);
    while (this.#sessions.has(id));
    const partitions = new Map(
      answers.map(([wanted, { highWatermark, logStartOffset = -1 }]) => [
        keyOf(wanted),
        { ...wanted, highWatermark, startOffset: logStartOffset },
      ]),
    );
    const times = { created: now, used: now };
    this.#sessions.set(id, { id, usesIds: version >= 13, ...times, epoch: 1, partitions });
    return id;
  }

  /** One that nobody uses, else a smaller one that is no longer new. */
  #evict(size: number, now: number): boolean {
    const all = [...this.#sessions.values()];
    const idle = all.find(({ used }) => now - used > MIN_LIFE);
    const smaller = all.find(
      ({ created, partitions }) => now - created > MIN_LIFE && partitions.size < size,
    );
    const evicted = idle ?? smaller;
    return evicted !== undefined && this.#sessions.delete(evicted.id);
  }
}

const EPOCH_ERROR = new KafkaError("INVALID_FETCH_SESSION_EPOCH");

function following(epoch: number): number {
  return epoch === 2 ** 31 - 1 ? 1 : epoch + 1;
}

function wantedBy({ topics }: Request): Wanted[] {
  return topics.flatMap(({ topic, topicId, partitions }) =>
    partitions.map((asked) => ({ topic, topicId, asked })),
  );
}

function keyOf({ topic, topicId, asked }: Wanted): string {
  return `${asked.partition}/${topic}/${topicId}`;
}

/** Records, an error, or other bounds than the client was told. */
function isNews({ partitions }: FetchSession, wanted: Wanted, answer: Answer): boolean {
  const key = keyOf(wanted);
  const known = partitions.get(key);
  if (known === undefined) return true;
  const { errorCode, highWatermark, logStartOffset: startOffset = -1 } = answer;
  const hasRecords = answer.records !== null && answer.records.length > 0;
  const isChanged = known.highWatermark !== highWatermark || known.startOffset !== startOffset;
  // When an error is over, the client is told the bounds again.
  known.highWatermark = errorCode === 0 ? highWatermark : -1;
  known.startOffset = startOffset;
  if (hasRecords) {
    partitions.delete(key);
    partitions.set(key, known);
  }
  return hasRecords || isChanged || errorCode !== 0 || answer.divergingEpoch !== undefined;
}

/** Partitions of one topic that follow each other are answered together. */
function responseOf(sessionId: number, answers: readonly (readonly [Wanted, Answer])[]): Response {
  const responses: { topic: string; topicId: string; partitions: Answer[] }[] = [];
  for (const [{ topic, topicId }, answer] of answers) {
    const last = responses.at(-1);
    if (last?.topic === topic && last.topicId === topicId) last.partitions.push(answer);
    else responses.push({ topic, topicId, partitions: [answer] });
  }
  return { sessionId, responses };
}
