/**
 * RabbitMQ: queues, reached through the default exchange, and plain addresses, which are bound to `amq.topic`.
 * Content type and correlation id are AMQP's own properties.
 */
import { queue, RabbitmqBroker } from "millrace/rabbitmq";
import { answer, Answer, type Mode, Question } from "./contract.ts";
import { heard } from "./reports.ts";

export const broker = new RabbitmqBroker();

// What Python sends as bytes has no content type, so the declaration says what it is then.
const codec = "bytes";

/** A queue of ours: gone with its consumer, so that the example leaves nothing behind. */
const own = <const Name extends string>(name: Name) => queue(name, { autoDelete: true });
/** A queue that Python declares. */
const theirs = <const Name extends string>(name: Name) => queue(name, { passive: true });

export const queueNote = broker.subscriber(
  own("interop.rabbitmq.queue.to-ts"),
  { codec, publish: broker.publisher(theirs("interop.rabbitmq.queue.seen-by-ts")) },
  (body, { message }) => heard("rabbitmq queue", "to-ts", body, message),
);

export const queueSeen = broker.subscriber(
  own("interop.rabbitmq.queue.seen-by-py"),
  {},
  (body, { message }) => void heard("rabbitmq queue", "seen-by-py", body, message),
);

export const queueAsked = broker.subscriber(
  own("interop.rabbitmq.queue.ask-ts"),
  { schema: Question, reply: Answer },
  (question, { message }) => {
    heard("rabbitmq queue", "ask-ts", question, message);
    return answer(question);
  },
);

export const topicNote = broker.subscriber(
  "interop.rabbitmq.topic.to-ts",
  { codec, publish: broker.publisher("interop.rabbitmq.topic.seen-by-ts") },
  (body, { message }) => heard("rabbitmq topic", "to-ts", body, message),
);

export const topicSeen = broker.subscriber(
  "interop.rabbitmq.topic.seen-by-py",
  {},
  (body, { message }) => void heard("rabbitmq topic", "seen-by-py", body, message),
);

export const topicAsked = broker.subscriber(
  "interop.rabbitmq.topic.ask-ts",
  { schema: Question, reply: Answer },
  (question, { message }) => {
    heard("rabbitmq topic", "ask-ts", question, message);
    return answer(question);
  },
);

const notes = theirs("interop.rabbitmq.queue.to-py");
const questions = theirs("interop.rabbitmq.queue.ask-py");

export const modes: Mode[] = [
  {
    name: "rabbitmq queue",
    notes: broker.publisher(notes),
    texts: broker.publisher(notes, { codec: "text" }),
    questions: broker.publisher(questions, { schema: Question, reply: Answer }),
  },
  {
    name: "rabbitmq topic",
    notes: broker.publisher("interop.rabbitmq.topic.to-py"),
    texts: broker.publisher("interop.rabbitmq.topic.to-py", { codec: "text" }),
    questions: broker.publisher("interop.rabbitmq.topic.ask-py", {
      schema: Question,
      reply: Answer,
    }),
  },
];
