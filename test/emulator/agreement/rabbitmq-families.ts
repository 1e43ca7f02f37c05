/**
 * What is tried on both servers, in the lines of rabbitmq-player.ts. Left out: what time or chance decides (which of two
 * channels of one connection is served first), and types of exchanges that are plugins of the real one.
 */
import fc from "fast-check";
import type { Words } from "./grammar.ts";
import type { Line, Stage } from "./rabbitmq-player.ts";

export interface Family {
  readonly name: string;
  readonly stage: Stage;
  /** What every script begins with. */
  readonly before?: readonly string[];
  readonly lines: readonly string[];
  readonly words: Words;
}

const few = (...words: readonly string[]) => fc.constantFrom(...words);
/** Mostly good ones, and now and then one that is refused. */
const mostly = (good: fc.Arbitrary<string>, ...bad: readonly string[]) =>
  fc.oneof({ weight: 12, arbitrary: good }, { weight: 1, arbitrary: few(...bad) });

export const before = (lines: readonly string[]): Line[] => lines.map((line) => line.split(" "));

const channel = few("a1", "a2", "b1");
const queues = ["q1", "q2", "q3", "q9"];
const exchanges = ["x1", "x2", "x3", "x9"];
const body = fc.integer({ min: 1, max: 999 }).map((number) => `body=m${number}`);
const key = few("a", "b", "a.b", "a.b.c", "a.c.b", "b.a", "a..b", ".", "a.", "c.b");
const argument = few(..."h=1 h=2 h=text:1 i=a i=b x-h=1 x-h=2 j=void h=long:1 i=true".split(" "));
const q = mostly(few("q1", "q2", "q3"), "q9", '""');
const x = mostly(few("x1", "x2", "x3"), "x9", '""', "amq.direct");

export const families: readonly Family[] = [
  {
    name: "exchanges and bindings",
    stage: { queues, exchanges },
    before: [
      "a1 confirm.select",
      "a1 queue.declare q1",
      "a1 queue.declare q2",
      "a1 queue.declare q3 exclusive",
    ],
    lines: [
      "<channel> exchange.declare <x> <type> [durable] [auto-delete] [internal] [alternate-exchange=x1|alternate-exchange=x2]",
      "<channel> exchange.declare <x> <type> (passive|no-wait)",
      "<channel> exchange.delete <x> [if-unused] [no-wait]",
      "<channel> (queue.bind|queue.unbind) <q> <x> <key>",
      "<channel> (exchange.bind|exchange.unbind) <x> <x> <key>",
      "<channel> queue.delete <q>",
      "<channel> queue.declare <q>",
      "a1 basic.publish <x> <key> mandatory <body>",
    ],
    words: {
      channel,
      q,
      x,
      body,
      key: few("a", "b", "a.b", "#", '""'),
      // No unknown one: 3.13.3 has made of that an error of the channel, which rabbitmq.spec.ts compares.
      type: few("direct", "fanout", "topic", "headers"),
    },
  },
  {
    name: "topics",
    stage: { queues, exchanges },
    before: [
      "a1 confirm.select",
      "a1 exchange.declare x1 topic",
      "a1 exchange.declare x2 topic",
      "a1 queue.declare q1",
      "a1 queue.declare q2",
      "a1 queue.declare q3",
    ],
    lines: [
      "a1 (queue.bind|queue.bind|queue.unbind) <q> <x> <pattern>",
      "a1 (exchange.bind|exchange.unbind) <x> <x> <pattern>",
      "a1 basic.publish <x> <key> mandatory <body>",
      "a1 basic.publish <x> <key> mandatory <cc> <body>",
      "a1 basic.get <q> no-ack",
    ],
    words: {
      body,
      q: few("q1", "q2", "q3"),
      x: few("x1", "x2"),
      pattern: few(
        "#",
        "*",
        "a",
        "a.*",
        "a.#",
        "#.b",
        "*.b.#",
        "a.#.b",
        "#.#",
        "a..b",
        '""',
        "*.*",
      ),
      key,
      cc: fc
        .tuple(few("CC", "BCC"), key, key)
        .map(([name, ...keys]) => `header.${name}=list:${keys.join(",")}`),
    },
  },
  {
    name: "headers",
    stage: { queues, exchanges },
    before: [
      "a1 confirm.select",
      "a1 exchange.declare x1 headers",
      "a1 queue.declare q1",
      "a1 queue.declare q2",
      "a1 queue.declare q3",
    ],
    lines: [
      'a1 (queue.bind|queue.bind|queue.unbind) <q> x1 (""|k) [<match>] [<argument>] [<argument>] [<argument>]',
      'a1 basic.publish x1 "" mandatory [<header>] [<header>] [<header>] <body>',
      'a1 basic.publish x1 "" mandatory <header> <header> <body>',
    ],
    words: {
      body,
      q: few("q1", "q2", "q3"),
      match: mostly(
        few("x-match=all", "x-match=any", "x-match=all-with-x", "x-match=any-with-x"),
        "x-match=some",
        "x-match=5",
      ),
      header: argument.map((text) => `header.${text}`),
      argument,
    },
  },
  {
    name: "hashing exchanges",
    stage: { queues, exchanges },
    before: [
      "a1 confirm.select",
      "a1 queue.declare q1",
      "a1 queue.declare q2",
      "a1 queue.declare q3",
      "a1 exchange.declare x1 x-consistent-hash",
      "a1 queue.bind q1 x1 1",
    ],
    lines: [
      "a1 (queue.bind|queue.bind|queue.unbind) <q> <x> <weight>",
      "a1 exchange.declare x2 x-consistent-hash hash-header=h",
      "a1 exchange.declare x2 x-consistent-hash (hash-property=message_id|hash-property=correlation_id|hash-property=timestamp)",
      "a1 exchange.declare x2 x-consistent-hash (hash-property=app_id|hash-property=message_id hash-header=h)",
      "a1 exchange.declare x3 x-modulus-hash",
      "a1 exchange.delete x2",
      "a1 basic.publish <x> <key> mandatory <body>",
      "a1 basic.publish <x> <key> mandatory <property> <body>",
    ],
    words: {
      body,
      q: few("q1", "q2", "q3"),
      x: few("x1", "x2", "x3"),
      weight: mostly(few("1", "2", "5", "20"), "0", "-1", "a", '""'),
      key: fc.oneof(
        fc.integer({ min: 0, max: 500 }).map((number) => `k${number}`),
        few('""', "é"),
      ),
      property: few(
        ..."header.h=1 header.h=b header.h=long:70000000 header.h=void header.h=true header.h=text:1".split(
          " ",
        ),
        ..."messageId=a messageId=b correlationId=a timestamp=5 timestamp=77 header.g=1".split(" "),
      ),
    },
  },
  {
    name: "queues",
    stage: { queues, exchanges },
    before: [],
    lines: [
      "<channel> queue.declare <q> [durable] [exclusive] [auto-delete] [no-wait] [<argument>] [<argument>]",
      "<channel> queue.declare <q> passive",
      '<channel> queue.declare "" [exclusive] [auto-delete]',
      "<channel> queue.declare amq.mine",
      "<channel> queue.delete <any> [if-unused] [if-empty] [no-wait]",
      "<channel> queue.purge <any> [no-wait]",
      "<channel> queue.bind <any> amq.direct k",
      '<channel> basic.publish "" <any> <body>',
      "<channel> basic.get <any> [no-ack]",
      "<channel> basic.consume <any> <tag> [no-ack] [exclusive]",
      "<channel> basic.cancel <tag>",
      "<channel> (channel.close|connection.close)",
    ],
    words: {
      channel,
      body,
      q,
      any: mostly(few("q1", "q2", "q3", "gen1"), "q9", '""'),
      tag: few("c1", "c2"),
      argument: mostly(
        few(
          ..."x-message-ttl=60000 x-expires=600000 x-max-length=3 x-max-length=short:3 x-max-length-bytes=1000".split(
            " ",
          ),
          ..."x-dead-letter-exchange=x1 x-max-priority=3 x-queue-mode=lazy x-overflow=drop-head something=5".split(
            " ",
          ),
          ..."x-single-active-consumer=true x-queue-type=classic".split(" "),
        ),
        ..."x-message-ttl=-1 x-message-ttl=soon x-expires=0 x-max-length=-1 x-max-length=text:5".split(
          " ",
        ),
        ..."x-max-priority=256 x-queue-mode=huge x-overflow=burst x-queue-type=odd x-dead-letter-routing-key=k".split(
          " ",
        ),
        ..."x-single-active-consumer=1 x-dead-letter-exchange=5 x-max-age=1D x-delivery-limit=3".split(
          " ",
        ),
      ),
    },
  },
  {
    name: "consumers",
    stage: { queues },
    before: [
      "a1 queue.declare q1 durable",
      'b1 basic.publish "" q1 body=first',
      'b1 basic.publish "" q1 body=second',
      'b1 basic.publish "" q1 body=third',
    ],
    lines: [
      '<channel> basic.publish "" q1 <body>',
      "<channel> basic.get q1 [no-ack]",
      "<channel> basic.qos 0 <count>",
      "<channel> basic.consume q1 <tag> [no-ack]",
      "<channel> basic.consume q1 <tag> <priority>",
      "<channel> basic.consume q1 <tag> exclusive",
      "<channel> basic.cancel <tag> [no-wait]",
      "<channel> basic.ack <which> [multiple]",
      "<channel> basic.nack <which> [multiple] [requeue]",
      "<channel> basic.reject <which> [requeue]",
      "<channel> basic.recover requeue",
      "<channel> channel.close",
      "<channel> connection.close",
      "<channel> queue.purge q1",
      "<channel> queue.delete q1 [if-unused] [if-empty]",
      "<channel> queue.declare q1 durable",
    ],
    words: {
      channel,
      body,
      tag: few("c1", "c2"),
      count: few("0", "1", "2", "3"),
      priority: mostly(
        few("x-priority=0", "x-priority=1", "x-priority=5", "x-priority=-1"),
        "x-priority=high",
      ),
      which: mostly(few("oldest", "newest", "1", "2", "3"), "bad", "all"),
    },
  },
  {
    name: "order of what is requeued",
    stage: { queues },
    before: [
      "a1 queue.declare q1",
      ...[1, 2, 3, 4, 5, 6].map((number) => `b1 basic.publish "" q1 body=${number}`),
    ],
    lines: [
      "<channel> basic.get q1",
      "<channel> basic.nack <which> [multiple] requeue",
      "<channel> basic.reject <which> requeue",
      "<channel> basic.ack <which> [multiple]",
      '<channel> basic.publish "" q1 <body>',
      "<channel> basic.recover requeue",
      "<channel> channel.close",
    ],
    words: { channel, body, which: few("oldest", "newest", "2", "3", "4") },
  },
  {
    name: "global prefetch",
    stage: { queues },
    before: [
      "a1 queue.declare q1",
      ...[1, 2, 3, 4, 5].map((number) => `b1 basic.publish "" q1 body=${number}`),
    ],
    lines: [
      '<channel> basic.publish "" q1 <body>',
      "<channel> basic.qos 0 <count> global",
      "<channel> basic.qos 0 <count>",
      "<channel> basic.consume q1 <tag> [no-ack]",
      "<channel> basic.cancel <tag>",
      "<channel> basic.ack <which> [multiple]",
      // Not back to the queue: which of it and the next message goes out is chance, for the limiter is a process of its own.
      "<channel> basic.nack <which> [multiple]",
      "<channel> basic.get q1",
    ],
    words: {
      channel: few("a1", "b1"),
      body,
      tag: few("c1"),
      count: few("0", "1", "2", "3"),
      which: few("oldest", "newest", "2"),
    },
  },
  {
    name: "confirms and returns",
    stage: { queues, exchanges },
    before: [
      "a1 queue.declare q1",
      "a1 queue.declare q2 x-max-length=2 x-overflow=reject-publish",
      "a1 exchange.declare x1 fanout",
      "a1 queue.bind q1 x1 k",
    ],
    lines: [
      "<channel> confirm.select [no-wait]",
      "<channel> basic.publish <x> <key> [mandatory] <property> <body>",
      "<channel> basic.publish <x> <key> [mandatory] <body>",
      "<channel> basic.publish <x> <key> mandatory <property> <property> <body>",
      "<channel> basic.publish <x> <key> (immediate|userId=other|expiration=soon|expiration=-1|header.CC=5) <body>",
      "<channel> basic.get (q1|q2) no-ack",
      "<channel> queue.bind q2 x1 k",
      "<channel> queue.unbind (q1|q2) x1 k",
      "<channel> tx.select",
      "<channel> channel.close",
    ],
    words: {
      channel,
      body,
      x: mostly(few('""', "x1"), "x9"),
      key: few("q1", "q2", "q9"),
      property: few(
        ..."priority=3 deliveryMode=2 userId=guest correlationId=c replyTo=r messageId=m timestamp=5 type=t appId=a".split(
          " ",
        ),
        ..."contentType=text/plain contentEncoding=gzip expiration=100000 clusterId=c header.a=1 header.CC=list:q1,q2".split(
          " ",
        ),
        ..."header.BCC=list:q1,q2 header.t=table:5 header.d=double:1.5 header.n=void header.f=float:0.5 header.e=decimal:5".split(
          " ",
        ),
      ),
    },
  },
  {
    name: "transactions",
    stage: { queues },
    before: [
      "a1 queue.declare q1",
      "a1 queue.declare q2 x-max-length=2 x-overflow=reject-publish",
      'b1 basic.publish "" q1 body=one',
      'b1 basic.publish "" q1 body=two',
    ],
    lines: [
      "<channel> tx.select",
      "<channel> tx.commit",
      "<channel> tx.rollback",
      "<channel> confirm.select",
      '<channel> basic.publish "" <q> [mandatory] <body>',
      "<channel> basic.get q1 [no-ack]",
      "<channel> basic.consume q1 <tag>",
      "<channel> basic.cancel <tag>",
      "<channel> basic.ack <which> [multiple]",
      "<channel> basic.nack <which> [multiple] [requeue]",
      "<channel> basic.recover requeue",
      "<channel> channel.close",
    ],
    words: {
      channel: few("a1", "b1"),
      body,
      tag: few("c1"),
      q: mostly(few("q1", "q2"), "q9"),
      which: mostly(few("oldest", "newest", "2"), "bad", "all"),
    },
  },
  {
    name: "direct replies",
    stage: { queues },
    before: ["a1 queue.declare q1"],
    lines: [
      "<channel> basic.consume amq.rabbitmq.reply-to <tag> [no-ack|no-ack|no-ack|no-ack|no-wait|no-ack exclusive]",
      '<channel> basic.publish "" q1 replyTo=amq.rabbitmq.reply-to <body>',
      "<channel> basic.get q1 no-ack",
      '<channel> basic.publish "" <reply> [mandatory] <body>',
      "<channel> basic.cancel <tag>",
      // On another channel: of one that asks for its own address, RabbitMQ 3.10 waits for itself and dies.
      "a3 queue.declare (<reply>|amq.rabbitmq.reply-to) passive",
      "<channel> (basic.get|queue.delete|queue.purge) amq.rabbitmq.reply-to",
      "<channel> channel.close",
    ],
    words: {
      channel,
      body,
      tag: few("c1", "c2", '""'),
      reply: few("reply1", "reply2"),
    },
  },
  {
    name: "streams",
    stage: { queues: ["s1", "s2"], exchanges, counts: false },
    before: ["a1 queue.declare s1 durable x-queue-type=stream", "a1 confirm.select"],
    lines: [
      'a1 basic.publish "" s1 [<property>] [<property>] <body>',
      'a1 basic.publish "" s1 <body>',
      "<channel> basic.qos 0 <count>",
      "<channel> basic.consume s1 <tag> [<offset>]",
      "<channel> basic.consume s1 <tag> x-stream-offset=first",
      "<channel> basic.cancel <tag>",
      "<channel> basic.ack <which> [multiple]",
      "<channel> channel.close",
      "<channel> (basic.get s1|queue.purge s1|basic.consume s1 c3 no-ack|basic.consume s1 c3 x-priority=5|basic.nack oldest requeue|basic.reject oldest|basic.recover requeue)",
      "<channel> queue.declare s2 x-queue-type=stream <setting> <argument>",
      "<channel> queue.delete (s1|s2) [if-unused] [if-empty]",
      // Without an answer, since RabbitMQ counts a stream's messages every few seconds only.
      "a1 queue.declare s1 durable no-wait x-queue-type=stream",
      '<channel> queue.declare "" durable x-queue-type=stream',
    ],
    words: {
      channel,
      body,
      tag: few("c1", "c2"),
      count: few("1", "2", "3", "10"),
      which: mostly(few("oldest", "newest", "2"), "bad"),
      offset: mostly(
        few(..."first last next 0 1 2 5 timestamp:1 timestamp:99999999999 1h 7D".split(" ")),
        ..."soon 7 text:7 true double:1.5".split(" "),
      ).map((text) => `x-stream-offset=${text}`),
      property: few(
        ..."priority=3 deliveryMode=2 userId=guest correlationId=c replyTo=r messageId=m timestamp=5 type=t appId=a".split(
          " ",
        ),
        ..."contentType=text/plain contentEncoding=gzip expiration=100000 clusterId=c header.a=1 header.zz=true".split(
          " ",
        ),
        ..."header.t=table:5 header.d=double:1.5 header.n=void header.f=float:0.5 header.s=short:5 header.l=list:a,b".split(
          " ",
        ),
      ),
      setting: few("durable", "durable", "durable", "exclusive", "auto-delete", "passive"),
      argument: few(
        ..."x-max-age=1D x-max-age=7 x-max-age=soon x-max-age=5 x-max-length-bytes=5000 x-max-length-bytes=-1".split(
          " ",
        ),
        ..."x-stream-max-segment-size-bytes=1000 x-stream-max-segment-size-bytes=long:3000000001".split(
          " ",
        ),
        ..."x-max-length=5 x-message-ttl=5 x-dead-letter-exchange=x1 x-initial-cluster-size=1 x-queue-leader-locator=odd".split(
          " ",
        ),
      ),
    },
  },
];
