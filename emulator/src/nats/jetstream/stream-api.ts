/** `$JS.API.STREAM.…` https://docs.nats.io/reference/reference-protocols/nats_api_reference#streams */
import { checkAccountLimits } from "./account-limits.ts";
import type { AccountLimits, ApiCall, ApiTable } from "./contract.ts";
import { refusal } from "./errors.ts";
import { Fields } from "./json-fields.ts";
import { storedMessage, messageFor, readMessageRequest } from "./message-get.ts";
import { readStreamConfig, type StreamConfig } from "./stream-config.ts";
import type { Streams } from "./streams.ts";
import type { Stream } from "./stream.ts";
import { subjectsCollide } from "./subject-sets.ts";

const NO_PAGE = { total: 0, offset: 0, limit: 0 };
const NAMES_LIMIT = 1024;
const LIST_LIMIT = 256;
const SUBJECTS_LIMIT = 100_000;

export function streamApi(
  streams: Streams,
  log: (text: string) => void,
  account: AccountLimits,
): ApiTable {
  const info = (stream: Stream, deleted = false) => streams.info(stream, deleted);
  const named = ({ params: [name = ""] }: ApiCall): Stream => {
    const stream = streams.get(name);
    if (stream === undefined) throw refusal("streamNotFound");
    return stream;
  };

  function readConfig({ body }: ApiCall): StreamConfig {
    const config = readStreamConfig(body);
    // As nats-server does, what is not known is left out.
    for (const name of Object.keys(body ?? {}))
      if (!(name in config)) log(`nats: the stream option ${name} is not offered, it is left out`);
    return config;
  }

  function create(call: ApiCall): object {
    const config = readConfig(call);
    if (config.name !== call.params[0]) throw refusal("streamMismatch");
    if (/[\\/]/.test(config.name)) throw refusal("nameHasSeparators");
    if (config.sealed)
      throw refusal("invalidConfig", "stream configuration for create can not be sealed");
    if (config.mirror_direct && config.mirror === undefined)
      throw refusal("invalidConfig", "stream has no mirror but does have mirror direct");
    const others = streams.all().filter(({ name }) => name !== config.name).length;
    // The number of streams is looked at only where one is made: a known one may be asked for again.
    checkAccountLimits(account, config, streams.get(config.name) === undefined ? others : 0);
    // 2.10 says so even where it found the same stream.
    return { ...info(streams.create(config)), domain: undefined, did_create: true };
  }

  function update(call: ApiCall): object {
    const config = streams.check(readConfig(call));
    if (config.name !== call.params[0]) throw refusal("streamMismatch");
    const stream = named(call);
    streams.update(stream, config);
    return info(stream);
  }

  function remove(call: ApiCall): object {
    if (!isEmpty(call)) throw refusal("notEmptyRequest");
    streams.remove(named(call));
    return { success: true };
  }

  function show(call: ApiCall): object {
    const request = new Fields(call.body);
    const filter = request.string("subjects_filter");
    const offset = request.integer("offset");
    const stream = named(call);
    const shown = {
      ...info(stream, request.boolean("deleted_details")),
      cluster: { leader: streams.leader },
    };
    const alone = { ...NO_PAGE, ...shown };
    if (filter === "") return alone;
    const found = [...stream.store.matching([filter])].map(
      ({ subject, count }) => [subject, count] as const,
    );
    if (found.length === 0) return alone;
    const page =
      offset === 0 && found.length <= SUBJECTS_LIMIT
        ? found
        : found.sort(bySubject).slice(offset, offset + SUBJECTS_LIMIT);
    return {
      total: found.length,
      offset,
      limit: SUBJECTS_LIMIT,
      ...shown,
      state: { ...shown.state, subjects: page.length > 0 ? Object.fromEntries(page) : undefined },
    };
  }

  function purge(call: ApiCall): object {
    const request = new Fields(call.body);
    const seq = request.count("seq");
    const keep = request.count("keep");
    if (seq > 0 && keep > 0) throw refusal("badRequest");
    const stream = named(call);
    if (stream.config.sealed) throw refusal("sealed");
    if (stream.config.deny_purge) throw refusal("purgeFailed", "stream purge not permitted");
    const filter = request.string("filter");
    const before = seq > 0 ? seq : Number.POSITIVE_INFINITY;
    return { success: true, purged: stream.purge(filter, before, keep) };
  }

  /** Whose subjects have one in common with the asked, by name, from an offset on. */
  function page({ body }: ApiCall, limit: number) {
    const request = new Fields(body);
    const subject = request.string("subject");
    const all = streams
      .all()
      .filter(
        ({ config }) =>
          subject === "" || config.subjects?.some((each) => subjectsCollide(each, subject)),
      );
    const offset = Math.min(request.integer("offset"), all.length);
    return { total: all.length, offset, limit, streams: all.slice(offset, offset + limit) };
  }

  function names(call: ApiCall): object {
    const found = page(call, NAMES_LIMIT);
    // Go writes an empty list of names as null.
    const list = found.streams.map(({ name }) => name);
    return { ...found, streams: list.length > 0 ? list : null };
  }

  function list(call: ApiCall): object {
    const found = page(call, LIST_LIMIT);
    return { ...found, streams: found.streams.map((stream) => info(stream)) };
  }

  function deleteMessage(call: ApiCall): object {
    if (isEmpty(call)) throw refusal("badRequest");
    const seq = new Fields(call.body).count("seq");
    const stream = named(call);
    if (stream.config.sealed) throw refusal("sealed");
    if (stream.config.deny_delete) throw refusal("messageDelete", "message delete not permitted");
    if (stream.get(seq) === undefined)
      throw refusal("sequenceNotFound", `sequence ${seq} not found`);
    stream.remove([seq], "deleted");
    return { success: true };
  }

  function getMessage(call: ApiCall): object {
    if (isEmpty(call)) throw refusal("badRequest");
    const request = readMessageRequest(call.body);
    if (typeof request === "string") throw refusal("badRequest");
    const message = messageFor(named(call), request);
    if (message === undefined) throw refusal("noMessageFound");
    return { message: storedMessage(message, request.noHeaders) };
  }

  const needsCluster = () => {
    throw refusal("clusterRequired");
  };
  const snapshot = (call: ApiCall) => {
    named(call);
    throw refusal("snapshotFailed", "snapshot failed: not supported by the emulator");
  };

  return {
    "STREAM.CREATE.*": { type: typed("stream_create"), run: create },
    "STREAM.UPDATE.*": { type: typed("stream_update"), run: update },
    "STREAM.DELETE.*": { type: typed("stream_delete"), run: remove },
    "STREAM.INFO.*": { type: typed("stream_info"), beside: NO_PAGE, run: show },
    "STREAM.PURGE.*": { type: typed("stream_purge"), beside: { purged: 0 }, run: purge },
    "STREAM.NAMES": {
      type: typed("stream_names"),
      beside: { ...NO_PAGE, streams: null },
      run: names,
    },
    "STREAM.LIST": { type: typed("stream_list"), beside: { ...NO_PAGE, streams: [] }, run: list },
    "STREAM.MSG.DELETE.*": { type: typed("stream_msg_delete"), run: deleteMessage },
    "STREAM.MSG.GET.*": { type: typed("stream_msg_get"), run: getMessage },
    "STREAM.SNAPSHOT.*": { type: typed("stream_snapshot"), run: snapshot },
    "STREAM.PEER.REMOVE.*": { type: typed("stream_remove_peer"), run: needsCluster },
    "STREAM.LEADER.STEPDOWN.*": { type: typed("stream_leader_stepdown"), run: needsCluster },
  };
}

function typed(name: string): string {
  return `io.nats.jetstream.api.v1.${name}_response`;
}

/** nats-server's isEmptyRequest. */
function isEmpty({ heard }: ApiCall): boolean {
  const text = Buffer.from(heard.payload).toString("utf8").trim();
  return text === "" || /^\{\s*\}$/.test(text);
}

function bySubject([one]: readonly [string, number], [other]: readonly [string, number]): number {
  return one < other ? -1 : 1;
}
