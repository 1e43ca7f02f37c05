/**
 * What is tried on both MQTT brokers. Left out, as the emulator keeps to the specification where mosquitto 2.0.11 does not:
 * a client of 3.1.1 whose subscriptions overlap gets a message with the highest QoS of all ([MQTT-3.3.5-1]; mosquitto: of
 * the first it finds), why a connection is closed is told to clients of version 5 (mosquitto mostly keeps silent), and
 * `$share/…` of no valid form is refused. What each says of itself in CONNACK is its own.
 */
import fc from "fast-check";
import type { Words } from "./grammar.ts";
import type { Line } from "./mqtt-player.ts";

export interface Family {
  readonly name: string;
  readonly lines: readonly string[];
  /** What a script begins with. */
  readonly before?: readonly string[];
  /** Whether the player acknowledges by itself. Default: yes. */
  readonly byHand?: true;
  /** Only clients of version 5 can say it. */
  readonly only5?: true;
}

const few = (...words: readonly string[]) => fc.constantFrom(...words);

export const topics = ["t", "t/1", "t/2", "t/1/2", "/t", "u", "w"] as const;

export const words: Words = {
  who: few("a", "b", "c"),
  topic: few(...topics),
  filter: few("t", "t/+", "t/#", "+/1", "#", "+", "/+", "t/1/2", "u/#", "+/+/2", "$SYS/x"),
  own: few("t/+", "#", "t/1/2"),
  others: few("t", "t/#", "+/1", "+", "/+", "u/#"),
  shared: few("$share/g/t/+", "$share/g/t/1", "$share/h/t/#"),
  qos: few("0", "1", "2"),
  body: few("body=x", "body=y", "body="),
  rh: few("rh=0", "rh=1", "rh=2"),
  id: few("id=1", "id=7", "id=300"),
  will: few("will=w,0", "will=w,1", "will=t/1,2", "will=w,1,retain"),
  expiry: few("expiry=0", "expiry=100", "expiry=4294967295"),
  receive: few("receive=1", "receive=2", "receive=3"),
  property: few(
    "expiry=100",
    "type=text/plain",
    "answer=t/9",
    "correlation=id1",
    "text",
    "user=1",
    "user=1,2",
  ),
  alias: few("alias=1", "alias=2", "alias=10", "alias=11"),
  size: few("size=30", "size=60"),
};

export const families: readonly Family[] = [
  {
    name: "subscriptions and topics",
    before: ["a connect clean", "b connect clean", "c connect clean"],
    lines: [
      // Each with a QoS of its own: see above.
      "(a subscribe <filter> 0|b subscribe <filter> 1|c subscribe <filter> 2)",
      "<who> unsubscribe <filter>",
      "<who> publish <topic> <qos> <body>",
    ],
  },
  {
    name: "retained messages",
    before: ["a connect clean", "b connect clean"],
    lines: [
      "<who> publish <topic> <qos> retain <body>",
      "<who> publish <topic> <qos>",
      "(a subscribe <filter> 2|b subscribe <filter> 1|c subscribe <filter> 0)",
      "<who> unsubscribe <filter>",
      "c connect clean",
    ],
  },
  {
    name: "QoS by hand",
    byHand: true,
    before: ["a connect clean", "b connect keep expiry=100", "b subscribe t/# 2"],
    lines: [
      "a publish <topic> <qos> <body>",
      "b ack [all]",
      "b ack",
      "b drop",
      "b connect keep expiry=100",
      "b connect clean expiry=100",
      "b subscribe t/# <qos>",
    ],
  },
  {
    name: "sessions",
    lines: [
      "<who> connect (clean|keep) [<expiry>]",
      "<who> disconnect",
      "<who> drop",
      "(a subscribe <filter> 1|b subscribe <filter> 2|c subscribe <filter> 1)",
      "<who> unsubscribe <filter>",
      "<who> publish <topic> <qos>",
    ],
  },
  {
    name: "wills",
    before: ["a connect clean", "a subscribe w 2", "a subscribe t/+ 1"],
    // Not of who reads it: who is taken over gets its own will from mosquitto, and as the last thing.
    lines: [
      "(b|c) connect (clean|keep) [<expiry>] [<will>]",
      "(b|c) disconnect",
      "(b|c) disconnect will",
      "(b|c) drop",
    ],
  },
  {
    name: "shared subscriptions",
    before: ["a connect clean", "b connect clean", "c connect clean"],
    lines: [
      "(a subscribe <shared> 2|b subscribe <shared> 1|c subscribe <shared> 0)",
      "<who> unsubscribe <shared>",
      "<who> publish <topic> <qos>",
      "<who> publish <topic> <qos>",
      "<who> connect clean",
    ],
  },
  {
    name: "shared subscriptions beside others",
    before: ["a connect clean", "b connect clean", "c connect clean"],
    lines: [
      "<who> subscribe <shared> 2",
      "<who> subscribe <filter> 2",
      "<who> publish <topic> <qos>",
    ],
  },
  {
    name: "options of subscriptions",
    only5: true,
    before: ["a connect clean", "b connect clean"],
    lines: [
      // The same for each filter: mosquitto 2.0.11 keeps what the first SUBSCRIBE said, against [MQTT-3.8.4-3].
      "(a subscribe <own> <qos> nolocal rap|a subscribe <others> <qos> rap|b subscribe <own> <qos> nolocal|b subscribe <others> <qos>) [<rh>] [<id>]",
      "(a|b) publish <topic> <qos> [retain] <body>",
      "(a|b) unsubscribe <filter>",
    ],
  },
  {
    name: "properties of messages",
    before: ["a connect clean", "b connect clean", "c connect clean"],
    lines: [
      "<who> subscribe <topic> <qos>",
      "<who> publish <topic> <qos> [retain] [<property>] [<property>]",
    ],
  },
  {
    name: "topic aliases",
    only5: true,
    before: ["a connect clean", "b connect clean", "b subscribe # 2"],
    lines: [
      "a publish (<topic>|-) <qos> <alias> <body>",
      "a publish (<topic>|-) <qos> <alias> <body>",
      "a connect keep",
    ],
  },
  {
    name: "receive maximum and packet size",
    only5: true,
    byHand: true,
    before: ["a connect clean", "b connect clean receive=2", "b subscribe t/# 2"],
    lines: [
      "a publish <topic> <qos> [body=0123456789012345678901234567890123456789]",
      "b ack [all]",
      "b ack",
      "b connect (keep|clean) expiry=100 [<receive>] [<size>]",
      "b subscribe t/# <qos>",
      "b drop",
    ],
  },
];

export function before(lines: readonly string[]): readonly Line[] {
  return lines.map((line) => line.split(" "));
}
