/** MQTT 5: QoS 1 unless a declaration says otherwise. */
import { MqttBroker } from "millrace/mqtt";
import { answer, Answer, type Mode, Question } from "./contract.ts";
import { heard } from "./reports.ts";

export const broker = new MqttBroker();

export const note = broker.subscriber(
  "interop/mqtt/to-ts",
  { codec: "bytes", group: "interop-ts", publish: broker.publisher("interop/mqtt/seen-by-ts") },
  (body, { message }) => heard("mqtt", "to-ts", body, message),
);

export const seen = broker.subscriber(
  "interop/mqtt/seen-by-py",
  { group: "interop-ts" },
  (body, { message }) => void heard("mqtt", "seen-by-py", body, message),
);

export const asked = broker.subscriber(
  "interop/mqtt/ask-ts",
  { schema: Question, reply: Answer, group: "interop-ts" },
  (question, { message }) => {
    heard("mqtt", "ask-ts", question, message);
    return answer(question);
  },
);

export const modes: Mode[] = [
  {
    name: "mqtt",
    notes: broker.publisher("interop/mqtt/to-py"),
    texts: broker.publisher("interop/mqtt/to-py", { codec: "text" }),
    questions: broker.publisher("interop/mqtt/ask-py", { schema: Question, reply: Answer }),
  },
];
