/** What RabbitMQ answers on an open channel, and what costs the channel or the connection. */
import { type Conversation, open, tuneOk } from "./amqp-handshakes.ts";
import type { Fields } from "./amqp-values.ts";
import { content, frame, method } from "./amqp-wire.ts";

const NO_PROPERTIES = Buffer.from([0, 0]);
const latin = (text: string) => Buffer.from(text, "latin1");

export const publish = (fields: Fields = {}) =>
  method(1, "basic.publish", { exchange: "", routingKey: "spec", ...fields });
export const message = content(1, {}, latin("hi"));
const header = (classId: number, weight: number, size: number, properties = NO_PROPERTIES) => {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(classId);
  head.writeUInt16BE(weight, 2);
  head.writeUInt32BE(size, 8);
  return frame(2, 1, Buffer.concat([head, properties]));
};
export const declare = (fields: Fields = {}) =>
  method(1, "queue.declare", { queue: "spec.q", exclusive: true, ...fields });
export const consume = (fields: Fields = {}) =>
  method(1, "basic.consume", { queue: "spec.q", consumerTag: "t1", noAck: true, ...fields });
const DECLARED = "queue.declare-ok spec.q 0 0";

/** What is sent on an open channel, and what comes back; the channel stays open. */
export const answers: Readonly<Record<string, Conversation>> = {
  "delivers to a consumer of the same channel": [
    [declare(), consume(), publish({ routingKey: "spec.q" }), message],
    [DECLARED, "basic.consume-ok t1", 'basic.deliver t1 1 false "" spec.q () hi'],
  ],
  "gives a ticket to whoever asks": [
    [method(1, "access.request", { realm: "/data" })],
    ["access.request-ok 1"],
  ],
  "lets messages flow": [[method(1, "channel.flow", { active: true })], ["channel.flow-ok true"]],
  "has nothing to say about a recovery that wants no answer": [
    [method(1, "basic.recover-async", { requeue: true })],
    [],
  ],
  "acknowledges all of nothing": [[method(1, "basic.ack", { multiple: true })], []],
  "cancels an unknown consumer": [
    [method(1, "basic.cancel", { consumerTag: "nobody" })],
    ["basic.cancel-ok nobody"],
  ],
  "deletes what is not there": [
    [
      method(1, "queue.delete", { queue: "none" }),
      method(1, "exchange.delete", { exchange: "none" }),
    ],
    ["queue.delete-ok 0", "exchange.delete-ok"],
  ],
  "unbinds what is not bound": [
    [
      declare(),
      method(1, "queue.unbind", { queue: "spec.q", exchange: "amq.direct", routingKey: "k" }),
    ],
    [DECLARED, "queue.unbind-ok"],
  ],
  "takes a new secret": [
    [method(0, "connection.update-secret", { newSecret: "s", reason: "r" })],
    ["connection.update-secret-ok"],
  ],
  "has channels beyond those that were agreed on": [
    [method(3000, "channel.open"), method(3000, "channel.close")],
    ["channel.open-ok", "channel.close-ok"],
  ],
};

/** What costs the channel. */
export const channelErrors: Readonly<Record<string, Conversation>> = {
  "a message to an exchange that is not there": [
    [publish({ exchange: "none" }), message],
    ["channel.close 404 NOT_FOUND - no exchange 'none' in vhost '/' 60 40"],
  ],
  "a consumer of a queue that is not there": [
    [method(1, "basic.consume", { queue: "none" })],
    ["channel.close 404 NOT_FOUND - no queue 'none' in vhost '/' 60 20"],
  ],
  "the queue declared last, where none was": [
    [method(1, "basic.get")],
    ["channel.close 404 NOT_FOUND - no previously declared queue 60 70"],
  ],
  "an unknown delivery tag": [
    [method(1, "basic.ack", { deliveryTag: 99 })],
    ["channel.close 406 PRECONDITION_FAILED - unknown delivery tag 99 60 80"],
  ],
  "a queue declared otherwise": [
    [declare(), declare({ autoDelete: true })],
    [
      DECLARED,
      "channel.close 406 PRECONDITION_FAILED - inequivalent arg 'auto_delete' for queue 'spec.q' in vhost '/': received 'true' but current is 'false' 50 10",
    ],
  ],
  "a queue with a name of the server's": [
    [declare({ queue: "amq.foo" })],
    [
      "channel.close 403 ACCESS_REFUSED - queue name 'amq.foo' contains reserved prefix 'amq.*' 50 10",
    ],
  ],
  "an exchange with a name of the server's": [
    [method(1, "exchange.declare", { exchange: "amq.foo", type: "direct" })],
    [
      "channel.close 403 ACCESS_REFUSED - exchange name 'amq.foo' contains reserved prefix 'amq.*' 40 10",
    ],
  ],
  "the end of an exchange of the server's": [
    [method(1, "exchange.delete", { exchange: "amq.direct" })],
    [
      "channel.close 403 ACCESS_REFUSED - deletion of system exchange 'amq.direct' in vhost '/' not allowed 40 20",
    ],
  ],
  "a binding to the default exchange": [
    [declare(), method(1, "queue.bind", { queue: "spec.q", routingKey: "k" })],
    [
      DECLARED,
      "channel.close 403 ACCESS_REFUSED - operation not permitted on the default exchange 50 20",
    ],
  ],
  "a commit without a transaction": [
    [method(1, "tx.commit")],
    ["channel.close 406 PRECONDITION_FAILED - channel is not transactional 90 20"],
  ],
  "confirms in a transaction": [
    [method(1, "tx.select"), method(1, "confirm.select")],
    [
      "tx.select-ok",
      "channel.close 406 PRECONDITION_FAILED - cannot switch from tx to confirm mode 85 10",
    ],
  ],
  "a reply consumer that acknowledges": [
    [method(1, "basic.consume", { queue: "amq.rabbitmq.reply-to" })],
    ["channel.close 406 PRECONDITION_FAILED - reply consumer cannot acknowledge 60 20"],
  ],
  "an expiration that is none": [
    [publish(), content(1, { expiration: "abc" }, latin("hi"))],
    ["channel.close 406 PRECONDITION_FAILED - invalid expiration 'abc': no_integer 60 40"],
  ],
};

const close = (text: string) => [`connection.close ${text}`];
const unexpected = (text: string) => close(`505 UNEXPECTED_FRAME - ${text}`);
const frameError = (text: string) => close(`501 FRAME_ERROR - ${text}`);
const EXPECTED_METHOD = "expected method frame, got non method frame instead 0 0";
const EXPECTED_HEADER =
  "expected content header for class 60, got non content header frame instead 60 40";
const EXPECTED_BODY = "expected content body, got non content body frame instead 60 40";
const running = (ids: string) =>
  close(`504 CHANNEL_ERROR - unexpected method in connection state running ${ids}`);

/** What costs the connection. */
export const connectionErrors: Readonly<Record<string, Conversation>> = {
  "a method before channel.open": [
    [method(2, "basic.qos")],
    close("504 CHANNEL_ERROR - expected 'channel.open' 60 10"),
  ],
  "a channel that is open": [
    [method(1, "channel.open")],
    close("504 CHANNEL_ERROR - second 'channel.open' seen 20 10"),
  ],
  "the end of a channel that is not open": [
    [method(7, "channel.close")],
    close("504 CHANNEL_ERROR - expected 'channel.open' 20 40"),
  ],
  "an answer that nobody asked for": [
    [method(1, "channel.close-ok")],
    close("503 COMMAND_INVALID - unimplemented method 20 41"),
  ],
  "a method of the server's": [
    [method(1, "queue.declare-ok", { queue: "a" })],
    close("503 COMMAND_INVALID - unimplemented method 50 11"),
  ],
  "a method of the connection on a channel": [
    [method(1, "connection.close")],
    close("503 COMMAND_INVALID - unimplemented method 10 50"),
  ],
  "a method of a channel on none": [[method(0, "basic.qos")], running("60 10")],
  "connection.open again": [[open()], running("10 40")],
  "tune-ok again": [[tuneOk()], running("10 31")],
  "a body without a method": [[frame(3, 1, latin("x"))], unexpected(EXPECTED_METHOD)],
  "a header without a method": [[header(60, 0, 1)], unexpected(EXPECTED_METHOD)],
  "a method instead of a header": [
    [publish(), method(1, "basic.qos")],
    unexpected(EXPECTED_HEADER),
  ],
  "a body instead of a header": [[publish(), frame(3, 1, latin("x"))], unexpected(EXPECTED_HEADER)],
  "a header with a weight": [[publish(), header(60, 1, 1)], unexpected(EXPECTED_HEADER)],
  "a header of another class": [
    [publish(), header(50, 0, 1)],
    unexpected("expected content header for class 60, got one for class 50 instead 60 40"),
  ],
  "a method instead of a body": [
    [publish(), header(60, 0, 5), method(1, "basic.qos")],
    unexpected(EXPECTED_BODY),
  ],
  "a header instead of a body": [
    [publish(), header(60, 0, 5), header(60, 0, 5)],
    unexpected(EXPECTED_BODY),
  ],
  "a header that is no properties": [
    [publish(), header(60, 0, 0, Buffer.from([0xff, 0xff, 1, 2]))],
    close("541 INTERNAL_ERROR 0 0"),
  ],
  "a body on channel 0": [
    [frame(3, 0, latin("x"))],
    unexpected('type 3, all octets = <<"x">> 0 0'),
  ],
  "a heartbeat on a channel": [
    [frame(8, 1, Buffer.alloc(0))],
    unexpected("type 8, all octets = <<>> 0 0"),
  ],
  "a heartbeat that says something": [
    [frame(8, 0, latin("x"))],
    frameError('type 8, all octets = <<"x">>: unknown_frame 0 0'),
  ],
  "a frame of no type": [
    [frame(5, 1, latin("hello"))],
    frameError('type 5, all octets = <<"hello">>: unknown_frame 0 0'),
  ],
  "a frame without its end": [
    [Buffer.concat([frame(1, 1, latin("hello")).subarray(0, -1), Buffer.from([0])])],
    frameError('type 1, all octets = <<"hello">>: {invalid_frame_end_marker,0} 0 0'),
  ],
  "a frame beyond frame_max": [
    [frame(3, 1, Buffer.alloc(131_073))],
    frameError("type 3, all octets = <<>>: {frame_too_large,131073,131064} 0 0"),
  ],
  "a method that is too short": [
    [frame(1, 1, Buffer.from([0, 60, 0, 10, 0]))],
    frameError("cannot decode <<0>> 60 10"),
  ],
  "a method that is too long": [
    [frame(1, 1, Buffer.from([0, 20, 0, 41, 1, 2, 3]))],
    frameError("cannot decode <<1,2,3>> 20 41"),
  ],
  "a name that is no UTF-8": [
    [declare({ queue: Buffer.from([0xff, 0xfe]) })],
    frameError("Malformed UTF-8 in shortstr 0 0"),
  ],
  "an unknown method": [[frame(1, 1, Buffer.from([0, 60, 0, 99]))], []],
  "an unknown class": [[frame(1, 1, Buffer.from([0, 99, 0, 1]))], []],
  "a message that wants a consumer at once": [
    [publish({ immediate: true }), message],
    close("540 NOT_IMPLEMENTED - immediate=true 60 40"),
  ],
  "a prefetch in bytes": [
    [method(1, "basic.qos", { prefetchSize: 10 })],
    close("540 NOT_IMPLEMENTED - prefetch_size!=0 (10) 60 10"),
  ],
  "an end to the flow": [
    [method(1, "channel.flow")],
    close("540 NOT_IMPLEMENTED - active=false 20 20"),
  ],
  "a recovery to the same consumer": [
    [method(1, "basic.recover")],
    close("540 NOT_IMPLEMENTED - requeue=false 60 110"),
  ],
  "a consumer tag that is taken": [
    [declare(), consume({ noWait: true }), consume()],
    [DECLARED, ...close("530 NOT_ALLOWED - attempt to reuse consumer tag 't1' 60 20")],
  ],
};
