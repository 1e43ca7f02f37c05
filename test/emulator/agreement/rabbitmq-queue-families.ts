/**
 * What queues do with messages, tried on both servers: limits, expiry, dead letters, priorities, single active consumers,
 * quorum queues. What expires does so at once or in the far future, since what comes between is chance. Left out for the
 * same reason: what two queues do at the same time. And a single active consumer of a classic queue that leaves messages
 * behind: RabbitMQ 3.10 gives them to nobody, and the queue crashes on the next message.
 */
import fc from "fast-check";
import type { Family } from "./rabbitmq-families.ts";

const few = (...words: readonly string[]) => fc.constantFrom(...words);
const body = fc.integer({ min: 1, max: 999 }).map((number) => `body=m${number}`);
const which = few("oldest", "newest", "2", "3");
const channel = few("a1", "b1");
const exchanges = ["x1", "x2"];

/**
 * Whether RabbitMQ can do it without a crash: a quorum queue's consumer that has left and still holds messages must not
 * come back under its name (3.10 ends the connection with 541).
 */
export function isSafe(script: readonly (readonly string[])[]): boolean {
  const left = new Set<string>();
  return script.every(([channel = "", method, first = "", second = ""]) => {
    if (method === "basic.cancel") left.add(`${channel} ${first}`);
    return method !== "basic.consume" || !left.has(`${channel} ${second}`);
  });
}

const settling = [
  "<channel> basic.ack <which> [multiple]",
  "<channel> basic.nack <which> [multiple] requeue",
  "<channel> basic.reject <which> [requeue]",
  "<channel> basic.nack <which> [multiple]",
];
/** What a script is mostly about: with one line of each, most of it would be declared, deleted and empty. */
const often = (...lines: readonly string[]) => [...lines, ...lines, ...lines];

const turns = (type: string): Family => ({
  name: `turns in ${type} queues`,
  stage: { queues: ["q1"] },
  before: [
    `a1 queue.declare q1 durable x-queue-type=${type}`,
    "a1 basic.qos 0 1",
    "b1 basic.qos 0 2",
    "c1 basic.qos 0 1",
    "a1 basic.consume q1 a1",
    "b1 basic.consume q1 b1",
    "c1 basic.consume q1 c1",
  ],
  lines: [
    ...often(
      'd1 basic.publish "" q1 <body>',
      'd1 basic.publish "" q1 <body>',
      "<channel> basic.ack <which> [multiple]",
      "<channel> basic.nack <which> requeue",
    ),
    "<channel> basic.consume q1 <tag> [x-priority=2|no-ack]",
    "<channel> basic.cancel <tag>",
    "<channel> channel.close",
    "<channel> basic.qos 0 2",
  ],
  words: {
    channel: few("a1", "b1", "c1"),
    which,
    body,
    tag: few("a1", "b1", "c1", "d1", "e1", "f1"),
  },
});

export const queueFamilies: readonly Family[] = [
  turns("classic"),
  turns("quorum"),
  {
    name: "limits",
    stage: { queues: ["q1", "q2"], exchanges },
    before: [
      "a1 confirm.select",
      "a1 exchange.declare x1 fanout",
      "a1 queue.declare q2",
      'a1 queue.bind q2 x1 ""',
    ],
    lines: [
      ...often(
        "a1 queue.declare q1 [<limit>] [<limit>] [<overflow>] x-dead-letter-exchange=x1",
        'a1 basic.publish "" q1 <body>',
        'a1 basic.publish "" q1 <body>',
        'a1 basic.publish "" q1 <long>',
        "<channel> basic.get q1",
        ...settling,
      ),
      "a1 queue.declare q1 [<limit>] [<limit>] [<overflow>]",
      'a1 basic.publish "" q1 expiration=0 <body>',
      "<channel> basic.get q1 no-ack",
      "b1 basic.consume q1 c1 [no-ack]",
      "b1 basic.cancel c1",
      "b1 channel.close",
      "b1 basic.qos 0 2",
      "a1 basic.get q2 no-ack",
      "a1 queue.purge q1",
      "a1 queue.delete q1",
      "a1 (confirm.select|exchange.delete x1)",
    ],
    words: {
      channel,
      which,
      body,
      long: few("body=eleven_byte", `body=${"x".repeat(30)}`),
      limit: few(
        ..."x-max-length=0 x-max-length=1 x-max-length=3 x-max-length=5 x-message-ttl=0".split(" "),
        ..."x-max-length-bytes=10 x-max-length-bytes=35 x-max-priority=2".split(" "),
      ),
      overflow: few(
        "x-overflow=drop-head",
        "x-overflow=reject-publish",
        "x-overflow=reject-publish-dlx",
      ),
    },
  },
  {
    name: "expiry at the head",
    stage: { queues: ["q1", "q2"], exchanges },
    before: [
      "a1 exchange.declare x1 direct",
      "a1 queue.declare q1 x-dead-letter-exchange=x1 x-dead-letter-routing-key=k",
      "a1 queue.declare q2",
      "a1 queue.bind q2 x1 k",
    ],
    lines: [
      ...often(
        'a1 basic.publish "" q1 [expiration=100000] [priority=1] <body>',
        'a1 basic.publish "" q1 expiration=0 [priority=2] <body>',
        "<channel> basic.get q1",
        ...settling,
      ),
      'a1 basic.publish "" q1 expiration=0 header.a=1 <copy> <body>',
      "a1 queue.delete q1",
      "a1 queue.declare q1 x-max-priority=2 x-dead-letter-exchange=x1",
      "a1 queue.declare q1 x-message-ttl=0 x-dead-letter-exchange=x2",
      "a1 queue.declare q1 x-message-ttl=100000",
      "<channel> basic.get q1 no-ack",
      "b1 basic.consume q1 c1 [no-ack]",
      "b1 basic.qos 0 1",
      "b1 basic.cancel c1",
      "b1 channel.close",
      "a1 basic.get q2 no-ack",
      "a1 queue.purge q1",
    ],
    words: { channel, which, body, copy: few("header.CC=list:q2", "header.BCC=list:q2") },
  },
  {
    name: "dead letters",
    stage: { queues: ["q1", "q2", "q3"], exchanges },
    before: [
      "a1 exchange.declare x1 topic",
      "a1 exchange.declare x2 fanout",
      "a1 queue.declare q1 x-dead-letter-exchange=x1 x-max-length=4",
      "a1 queue.declare q2 x-dead-letter-exchange=x1 x-dead-letter-routing-key=q2.dead",
      "a1 queue.declare q3",
      "a1 queue.bind q3 x1 #",
      'a1 queue.bind q1 x2 ""',
    ],
    lines: [
      ...often(
        "a1 basic.publish <x> <q> [<property>] [<header>] [<header>] <body>",
        "a1 basic.publish <x> <q> <copy> [<header>] [<property>] <body>",
        "a1 basic.get q1",
        "b1 basic.get q2",
        "a1 basic.get q3 no-ack",
        "<channel> basic.reject <which>",
        "<channel> basic.nack <which> [multiple]",
      ),
      "<channel> basic.reject <which> requeue",
      "b1 basic.consume q2 c1 [no-ack]",
      "b1 basic.cancel c1",
      "b1 channel.close",
      "a1 (queue.bind|queue.unbind) q3 x1 (#|q2.dead|q1)",
      "a1 exchange.delete x1",
      "a1 exchange.declare x1 topic",
    ],
    words: {
      channel,
      which,
      body,
      x: few('""', '""', "x2"),
      q: few("q1", "q2"),
      copy: few(..."header.CC=list:q9 header.CC=list:q8,q7 header.BCC=list:q3".split(" ")),
      property: few(
        ..."expiration=0 expiration=100000 deliveryMode=2 priority=4 messageId=m".split(" "),
      ),
      header: few(
        ..."header.x-death=5 header.z=1 header.a=void header.x-first-death-reason=own header.x-death=list:".split(
          " ",
        ),
      ),
    },
  },
  {
    name: "dead letters that come back",
    stage: { queues: ["q1", "q2"], exchanges },
    before: [
      "a1 queue.declare q1 x-dead-letter-exchange= x-dead-letter-routing-key=q2 x-max-length=3",
      "a1 queue.declare q2 x-dead-letter-exchange= x-dead-letter-routing-key=q1",
    ],
    lines: [
      ...often(
        'a1 basic.publish "" <q> [expiration=0] <body>',
        "a1 basic.get q1",
        "b1 basic.get q2",
        "<channel> basic.reject <which>",
        "<channel> basic.reject oldest",
      ),
      'a1 basic.publish "" q1 header.CC=list:q9 <body>',
      "a1 basic.get q1 no-ack",
      "b1 basic.get q2 no-ack",
      "<channel> basic.reject <which> requeue",
      "b1 basic.consume q2 c1",
      "b1 basic.cancel c1",
      "b1 channel.close",
      "a1 queue.delete q1",
      "a1 queue.declare q1 x-dead-letter-exchange= x-message-ttl=0",
      "a1 queue.declare q1 x-dead-letter-exchange= x-dead-letter-routing-key=q2",
    ],
    words: { channel, which, body, q: few("q1", "q2") },
  },
  {
    name: "priorities",
    stage: { queues: ["q1"] },
    before: ["a1 queue.declare q1 x-max-priority=4"],
    lines: [
      ...often('a1 basic.publish "" q1 <priority> <body>', "<channel> basic.get q1", ...settling),
      'a1 basic.publish "" q1 <body>',
      "<channel> basic.get q1 no-ack",
      "b1 basic.qos 0 2",
      "b1 basic.consume q1 c1",
      "b1 basic.cancel c1",
      "b1 channel.close",
      "a1 queue.purge q1",
      "a1 basic.recover requeue",
    ],
    words: {
      channel,
      which,
      body,
      priority: few(
        ..."priority=0 priority=1 priority=3 priority=4 priority=5 priority=200".split(" "),
      ),
    },
  },
  {
    name: "consumers that want to be alone",
    stage: { queues: ["q1"] },
    before: ["a1 queue.declare q1 x-single-active-consumer=true"],
    lines: [
      ...often('a2 basic.publish "" q1 <body>', "<channel> basic.consume q1 <tag>", ...settling),
      "<channel> basic.consume q1 <tag> (exclusive|no-ack|x-priority=3|x-priority=high|x-priority=-2)",
      "<channel> basic.consume q1 <tag> (x-cancel-on-ha-failover=true|x-cancel-on-ha-failover=5|x-stream-offset=first)",
      "<channel> basic.cancel <tag>",
      "<channel> channel.close",
      "a2 queue.delete q1 [if-unused]",
      "a2 queue.declare q1 [x-single-active-consumer=true] [auto-delete]",
    ],
    words: { channel, which, body, tag: few("c1", "c2") },
  },
  {
    name: "quorum queues",
    stage: { queues: ["q1", "q2"], exchanges },
    before: ["a1 exchange.declare x1 fanout", "a1 queue.declare q2", 'a1 queue.bind q2 x1 ""'],
    lines: [
      ...often(
        "a2 queue.declare q1 durable x-queue-type=quorum x-dead-letter-exchange=x1 [x-delivery-limit=1|x-delivery-limit=2] [x-max-length=4|x-max-length-bytes=12]",
        'a2 basic.publish "" q1 [header.z=1] [header.x-delivery-count=9] <body>',
        'a2 basic.publish "" q1 [expiration=100000] <body>',
        'a2 basic.publish "" q1 body=eleven_byte',
        "<channel> basic.get q1",
        ...settling,
      ),
      "<channel> basic.get q1 no-ack",
      "b1 basic.qos 0 (1|2)",
      "b1 basic.consume q1 <tag> [no-ack|exclusive|x-priority=4]",
      "b1 basic.cancel <tag>",
      "<channel> channel.close",
      "a2 queue.purge q1",
      "a2 basic.get q2 no-ack",
      "a2 queue.declare q1 [durable] x-queue-type=quorum [exclusive|auto-delete|x-max-priority=4|x-queue-mode=lazy|x-message-ttl=-1]",
      "a2 queue.delete q1",
    ],
    words: { channel, which, body, tag: few("c1", "c2", "c3") },
  },
  {
    name: "single active consumers of quorum queues",
    stage: { queues: ["q1"] },
    before: ["a1 queue.declare q1 durable x-queue-type=quorum x-single-active-consumer=true"],
    lines: [
      ...often(
        'a2 basic.publish "" q1 <body>',
        "a1 basic.consume q1 <a> [no-ack|x-priority=3]",
        "b1 basic.consume q1 <b> [no-ack|x-priority=3]",
        ...settling,
      ),
      "<channel> basic.qos 0 (1|2)",
      "a1 basic.cancel <a>",
      "b1 basic.cancel <b>",
      "<channel> channel.close",
      "a3 basic.get q1",
    ],
    words: { channel, which, body, a: few("a1", "a2", "a3"), b: few("b1", "b2", "b3") },
  },
];
