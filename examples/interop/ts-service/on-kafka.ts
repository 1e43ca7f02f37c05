/** Kafka: requests go with a topic for their answers in the header `reply_to`, on both sides. */
import { KafkaBroker } from "millrace/kafka";
import { answer, Answer, type Mode, Question } from "./contract.ts";
import { heard } from "./reports.ts";

export const broker = new KafkaBroker();

/** What an earlier run left is read once more and means nothing to this one. */
const common = { group: "interop-ts", from: "earliest" } as const;

export const note = broker.subscriber(
  "interop.kafka.to-ts",
  // What Python sends as bytes has no content type, so the declaration says what it is then.
  { ...common, codec: "bytes", publish: broker.publisher("interop.kafka.seen-by-ts") },
  (body, { message }) => heard("kafka", "to-ts", body, message),
);

export const seen = broker.subscriber(
  "interop.kafka.seen-by-py",
  common,
  (body, { message }) => void heard("kafka", "seen-by-py", body, message),
);

export const asked = broker.subscriber(
  "interop.kafka.ask-ts",
  { ...common, schema: Question, reply: Answer },
  (question, { message }) => {
    heard("kafka", "ask-ts", question, message);
    return answer(question);
  },
);

export const modes: Mode[] = [
  {
    name: "kafka",
    notes: broker.publisher("interop.kafka.to-py"),
    texts: broker.publisher("interop.kafka.to-py", { codec: "text" }),
    questions: broker.publisher("interop.kafka.ask-py", { schema: Question, reply: Answer }),
  },
];
