/** How a connection to RabbitMQ begins, or does not: what is sent and what comes back. */
import type { Fields } from "./amqp-values.ts";
import { frame, method, PROTOCOL_HEADER } from "./amqp-wire.ts";

/** What is sent, each part when the one before was answered, and the answers. */
export type Conversation = readonly [sent: readonly Buffer[], answer: readonly string[]];

const HEARTBEAT = frame(8, 0, Buffer.alloc(0));
const latin = (text: string) => Buffer.from(text, "latin1");

export const startOk = (fields: Fields = {}) =>
  method(0, "connection.start-ok", {
    clientProperties: { capabilities: { authentication_failure_close: true } },
    mechanism: "PLAIN",
    response: "\0guest\0guest",
    locale: "en_US",
    ...fields,
  });
export const tuneOk = (channelMax = 2047, frameMax = 131_072, heartbeat = 0) =>
  method(0, "connection.tune-ok", { channelMax, frameMax, heartbeat });
export const open = (virtualHost = "/") => method(0, "connection.open", { virtualHost });
const plain = (password: string) =>
  latin(
    `\x05LOGINS\0\0\0\x05guest\x08PASSWORDS\0\0\0${String.fromCharCode(password.length)}${password}`,
  );

export const START = "connection.start";
const TUNE = "connection.tune 2047 131072 60";
const refused = (mechanism: string) =>
  `connection.close 403 ACCESS_REFUSED - Login was refused using authentication mechanism ${mechanism}. For details see the broker logfile. 0 0`;

/** The connection stays open. */
export const greetings: Readonly<Record<string, Conversation>> = {
  "greets a client of AMQP 0-8": [[latin("AMQP\x01\x01\x08\x00")], [START]],
  "greets a client of AMQP 0-9": [[latin("AMQP\x01\x01\x00\x09")], [START]],
  "lets in with PLAIN": [
    [PROTOCOL_HEADER, startOk(), Buffer.concat([tuneOk(), open()])],
    [START, TUNE, "connection.open-ok"],
  ],
  "lets in with AMQPLAIN": [
    [PROTOCOL_HEADER, startOk({ mechanism: "AMQPLAIN", response: plain("guest") })],
    [START, TUNE],
  ],
  "takes a heartbeat before anything else": [
    [PROTOCOL_HEADER, Buffer.concat([HEARTBEAT, startOk()])],
    [START, TUNE],
  ],
  "takes smaller frames": [
    [PROTOCOL_HEADER, startOk(), Buffer.concat([tuneOk(10, 4096), open()])],
    [START, TUNE, "connection.open-ok"],
  ],
  "knows no other virtual host": [
    [PROTOCOL_HEADER, startOk(), Buffer.concat([tuneOk(), open("novhost")])],
    [START, TUNE, "connection.close 530 NOT_ALLOWED - vhost novhost not found 10 40"],
  ],
  "wants connection.open before a channel": [
    [PROTOCOL_HEADER, startOk(), Buffer.concat([tuneOk(), method(1, "channel.open")])],
    [
      START,
      TUNE,
      "connection.close 505 UNEXPECTED_FRAME - type 1, all octets = <<0,20,0,10,0>> 0 0",
    ],
  ],
  "does not close what is not open": [
    [PROTOCOL_HEADER, startOk(), Buffer.concat([tuneOk(), method(0, "connection.close")])],
    [
      START,
      TUNE,
      "connection.close 504 CHANNEL_ERROR - unexpected method in connection state opening 10 50",
    ],
  ],
};

/** The same, and the server closes: for a bad guess only after three seconds. */
export const farewells: Readonly<Record<string, Conversation>> = {
  "on a wrong password": [
    [PROTOCOL_HEADER, startOk({ response: "\0guest\0wrong" })],
    [START, refused("PLAIN")],
  ],
  "on an unknown user": [
    [PROTOCOL_HEADER, startOk({ response: "\0nobody\0guest" })],
    [START, refused("PLAIN")],
  ],
  "on a wrong password by AMQPLAIN": [
    [PROTOCOL_HEADER, startOk({ mechanism: "AMQPLAIN", response: plain("wrong") })],
    [START, refused("AMQPLAIN")],
  ],
  "on a wrong password, without a word to a client that does not understand it": [
    [PROTOCOL_HEADER, startOk({ response: "\0guest\0wrong", clientProperties: {} })],
    [START],
  ],
  "on an unknown mechanism": [[PROTOCOL_HEADER, startOk({ mechanism: "plain" })], [START]],
  "on EXTERNAL without TLS": [[PROTOCOL_HEADER, startOk({ mechanism: "EXTERNAL" })], [START]],
  "on a login that is none": [[PROTOCOL_HEADER, startOk({ response: "guest" })], [START]],
  "on a login by AMQPLAIN that is none": [
    [PROTOCOL_HEADER, startOk({ mechanism: "AMQPLAIN", response: "guest" })],
    [START],
  ],
  "on channel_max 0": [
    [PROTOCOL_HEADER, startOk(), tuneOk(0)],
    [START, TUNE],
  ],
  "on a channel_max beyond the server's": [
    [PROTOCOL_HEADER, startOk(), tuneOk(2048)],
    [START, TUNE],
  ],
  "on a frame_max beyond the server's": [
    [PROTOCOL_HEADER, startOk(), tuneOk(10, 131_073)],
    [START, TUNE],
  ],
  "on a frame_max below the smallest": [
    [PROTOCOL_HEADER, startOk(), tuneOk(10, 4095)],
    [START, TUNE],
  ],
  "on frame_max 0": [
    [PROTOCOL_HEADER, startOk(), tuneOk(10, 0)],
    [START, TUNE],
  ],
  "on connection.open instead of start-ok": [[PROTOCOL_HEADER, open()], [START]],
  "on tune-ok instead of start-ok": [[PROTOCOL_HEADER, tuneOk()], [START]],
  "on connection.open instead of tune-ok": [
    [PROTOCOL_HEADER, startOk(), open()],
    [START, TUNE],
  ],
  "on a body instead of start-ok": [[PROTOCOL_HEADER, frame(3, 0, latin("x"))], [START]],
  "on a client that beats no more": [
    [PROTOCOL_HEADER, startOk(), Buffer.concat([tuneOk(10, 4096, 1), open()])],
    [START, TUNE, "connection.open-ok", "heartbeat"],
  ],
  "on a frame that is too large for a stranger": [
    [PROTOCOL_HEADER, frame(1, 0, Buffer.alloc(5000))],
    [START],
  ],
};

/** What opens with other bytes is told what to open with, and closed. */
export const strangers: Readonly<Record<string, Buffer>> = {
  "an HTTP request": latin("GET / HTTP/1.1\r\n\r\n"),
  "AMQP 1.0": latin("AMQP\x00\x01\x00\x00"),
  "AMQP 0-9-2": latin("AMQP\x00\x00\x09\x02"),
  "something else": latin("AMQX\x00\x00\x09\x01"),
};
