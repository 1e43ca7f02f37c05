/** A channel as its client knows it, and what it was told, as text. */
import type { Received } from "../amqp-connection.ts";
import { kebab } from "./rabbitmq-line.ts";

interface Unsettled {
  readonly tag: number;
  readonly step: number;
  readonly place: string;
}

export interface ChannelState {
  open: boolean;
  unsettled: Unsettled[];
  /** Of the last delivery: they count up by one. */
  lastTag: number;
  readonly withoutAck: Set<string>;
  /** In confirm mode: the number of the last message, and those that wait. */
  published: number;
  readonly unconfirmed: Set<number>;
}

/** Replies, returns and confirms in their order; then what each consumer got; then which were cancelled. */
export function told(channel: ChannelState | undefined, all: readonly Received[]): string[] {
  const replies: string[] = [];
  const confirmed: string[] = [];
  const deliveries: string[] = [];
  const cancelled: string[] = [];
  let last = channel?.lastTag ?? 0;
  const unconfirmed = new Set(channel?.unconfirmed);
  for (const each of all) {
    const { name, fields } = each;
    const tag = Number(fields["deliveryTag"]);
    if (name === "basic.deliver" || name === "basic.get-ok") {
      if (tag !== ++last) replies.push(`delivery tag ${tag} instead of ${last}`);
      last = tag;
    }
    if (name === "basic.deliver") deliveries.push(shown(each));
    else if (name === "basic.cancel") cancelled.push(shown(each));
    else if (name === "basic.ack" || name === "basic.nack")
      for (const number of [...unconfirmed])
        if (number === tag || (fields["multiple"] === true && (number < tag || tag === 0))) {
          unconfirmed.delete(number);
          confirmed.push(`${name} ${number}`);
        }
    if (name === "basic.return" && confirmed.length > 0) replies.push("a return after its ack");
    if (!ASIDE.has(name)) replies.push(shown(each));
  }
  // The messages of one consumer are in order; consumers are independent of each other.
  return [
    ...replies,
    ...confirmed.toSorted(),
    ...deliveries.toSorted((one, other) => consumerOf(one).localeCompare(consumerOf(other))),
    ...cancelled.toSorted(),
  ];
}

/** Shown apart, or each for itself. */
const ASIDE = new Set(["basic.deliver", "basic.cancel", "basic.ack", "basic.nack"]);

function shown({ name, fields, message }: Received): string {
  const values = Object.entries(fields)
    .filter(([field]) => field !== "deliveryTag" && !field.startsWith("reserved"))
    .map(([field, value]) =>
      typeof value === "boolean" ? (value ? kebab(field) : "") : String(value) || '""',
    );
  const content = message === null ? [] : [`(${message.properties})`, message.body];
  return [name, ...values, ...content].filter((each) => each !== "").join(" ");
}

function consumerOf(shownDelivery: string): string {
  return shownDelivery.split(" ")[1] ?? "";
}
