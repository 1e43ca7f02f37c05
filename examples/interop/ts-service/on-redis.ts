/** Redis: channels, lists and streams. Headers travel in FastStream's binary envelope. */
import { list, RedisBroker, stream } from "millrace/redis";
import { answer, Answer, type Mode, Question } from "./contract.ts";
import { heard } from "./reports.ts";

export const broker = new RedisBroker();

// What Python sends as bytes has no content type, so the declaration says what it is then.
const codec = "bytes";
const group = "interop-ts";
/** So that the example leaves little behind. */
const maxLength = 100;

export const channelNote = broker.subscriber(
  "interop.redis.channel.to-ts",
  { codec, publish: broker.publisher("interop.redis.channel.seen-by-ts") },
  (body, { message }) => heard("redis channel", "to-ts", body, message),
);

export const channelSeen = broker.subscriber(
  "interop.redis.channel.seen-by-py",
  {},
  (body, { message }) => void heard("redis channel", "seen-by-py", body, message),
);

export const channelAsked = broker.subscriber(
  "interop.redis.channel.ask-ts",
  { schema: Question, reply: Answer },
  (question, { message }) => {
    heard("redis channel", "ask-ts", question, message);
    return answer(question);
  },
);

export const listNote = broker.subscriber(
  list("interop.redis.list.to-ts", { reliable: true }),
  { codec, publish: broker.publisher(list("interop.redis.list.seen-by-ts")) },
  (body, { message }) => heard("redis list", "to-ts", body, message),
);

export const listSeen = broker.subscriber(
  list("interop.redis.list.seen-by-py"),
  {},
  (body, { message }) => void heard("redis list", "seen-by-py", body, message),
);

export const listAsked = broker.subscriber(
  list("interop.redis.list.ask-ts"),
  { schema: Question, reply: Answer },
  (question, { message }) => {
    heard("redis list", "ask-ts", question, message);
    return answer(question);
  },
);

export const streamNote = broker.subscriber(
  stream("interop.redis.stream.to-ts", { group }),
  { codec, publish: broker.publisher(stream("interop.redis.stream.seen-by-ts"), { maxLength }) },
  (body, { message }) => heard("redis stream", "to-ts", body, message),
);

export const streamSeen = broker.subscriber(
  stream("interop.redis.stream.seen-by-py", { group }),
  {},
  (body, { message }) => void heard("redis stream", "seen-by-py", body, message),
);

export const streamAsked = broker.subscriber(
  stream("interop.redis.stream.ask-ts", { group }),
  { schema: Question, reply: Answer },
  (question, { message }) => {
    heard("redis stream", "ask-ts", question, message);
    return answer(question);
  },
);

export const modes: Mode[] = [
  {
    name: "redis channel",
    notes: broker.publisher("interop.redis.channel.to-py"),
    texts: broker.publisher("interop.redis.channel.to-py", { codec: "text" }),
    questions: broker.publisher("interop.redis.channel.ask-py", {
      schema: Question,
      reply: Answer,
    }),
  },
  {
    name: "redis list",
    notes: broker.publisher(list("interop.redis.list.to-py")),
    texts: broker.publisher(list("interop.redis.list.to-py"), { codec: "text" }),
    questions: broker.publisher(list("interop.redis.list.ask-py"), {
      schema: Question,
      reply: Answer,
    }),
  },
  {
    name: "redis stream",
    notes: broker.publisher(stream("interop.redis.stream.to-py"), { maxLength }),
    texts: broker.publisher(stream("interop.redis.stream.to-py"), { codec: "text", maxLength }),
    questions: broker.publisher(stream("interop.redis.stream.ask-py"), {
      schema: Question,
      reply: Answer,
      maxLength,
    }),
  },
];
