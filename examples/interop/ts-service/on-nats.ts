/** Core NATS. */
import { NatsBroker } from "millrace/nats";
import { answer, Answer, type Mode, Question } from "./contract.ts";
import { heard } from "./reports.ts";

export const broker = new NatsBroker();

const group = "interop-ts";

export const note = broker.subscriber(
  "interop.nats.to-ts",
  // What Python sends as bytes has no content type, so the declaration says what it is then.
  { codec: "bytes", group, publish: broker.publisher("interop.nats.seen-by-ts") },
  (body, { message }) => heard("nats", "to-ts", body, message),
);

export const seen = broker.subscriber(
  "interop.nats.seen-by-py",
  { group },
  (body, { message }) => void heard("nats", "seen-by-py", body, message),
);

export const asked = broker.subscriber(
  "interop.nats.ask-ts",
  { schema: Question, reply: Answer, group },
  (question, { message }) => {
    heard("nats", "ask-ts", question, message);
    return answer(question);
  },
);

export const modes: Mode[] = [
  {
    name: "nats",
    notes: broker.publisher("interop.nats.to-py"),
    texts: broker.publisher("interop.nats.to-py", { codec: "text" }),
    questions: broker.publisher("interop.nats.ask-py", { schema: Question, reply: Answer }),
  },
];
