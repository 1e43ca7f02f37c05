/** JetStream: two streams, each declared by the side that reads it. A stream gives no answers. */
import { jetstream, NatsBroker } from "millrace/nats";
import type { Mode } from "./contract.ts";
import { heard } from "./reports.ts";

export const broker = new NatsBroker();

const stream = {
  name: "interop-ts",
  subjects: ["interop.jetstream.to-ts", "interop.jetstream.seen-by-py"],
  // Gone with the server, so that the example leaves little behind.
  storage: "memory",
  declare: true,
} as const;

/** Python declares it. */
const theirs = { stream: "interop-py" };

export const note = broker.subscriber(
  jetstream("interop.jetstream.to-ts", { stream }),
  // What Python sends as bytes has no content type, so the declaration says what it is then.
  { codec: "bytes", publish: broker.publisher(jetstream("interop.jetstream.seen-by-ts", theirs)) },
  (body, { message }) => heard("jetstream", "to-ts", body, message),
);

export const seen = broker.subscriber(
  jetstream("interop.jetstream.seen-by-py", { stream }),
  {},
  (body, { message }) => void heard("jetstream", "seen-by-py", body, message),
);

const notes = jetstream("interop.jetstream.to-py", theirs);

export const modes: Mode[] = [
  {
    name: "jetstream",
    notes: broker.publisher(notes),
    texts: broker.publisher(notes, { codec: "text" }),
  },
];
