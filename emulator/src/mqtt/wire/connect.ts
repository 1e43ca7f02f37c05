/** CONNECT: the one packet that is read before a version holds. MQTT 3.1.1 §3.1, MQTT 5 §3.1. */
import { type Frame, MalformedError, malformed, protocolError } from "./frames.ts";
import type { ConnectPacket, Properties, QoS, Version, Will } from "./packet.ts";
import { readProperties } from "./property-block.ts";
import { reasons } from "./reason-codes.ts";
import { BodyReader } from "./reader.ts";
import { isTopic } from "./topics.ts";

/**
 * The version that a CONNECT asks for: how a fault in the rest of it is answered depends on it.
 * @throws {MalformedError} with `unsupportedVersion` for one that is not spoken here.
 */
export function versionOf(frame: Frame): Version {
  return readVersion(new BodyReader(frame.body));
}

function readVersion(reader: BodyReader): Version {
  const name = reader.text();
  if (name !== "MQTT" && name !== "MQIsdp") throw malformed("CONNECT of another protocol"); // [MQTT-3.1.2-1]
  // mosquitto's bridges set the highest bit.
  const version = reader.byte() & 0x7f;
  if (name === "MQIsdp" ? version === 3 : version === 4 || version === 5) return version as Version;
  throw new MalformedError(`CONNECT of version ${version}`, reasons.unsupportedVersion); // [MQTT-3.1.2-2]
}

/** What is wrong with flags and logins mosquitto does not tell, not even to version 5: it may close the connection, MQTT 5 §4.13.1. */
function unanswered<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw error instanceof MalformedError ? new MalformedError(error.message, null) : error;
  }
}

interface Flags {
  readonly clean: boolean;
  readonly will: boolean;
  readonly willQos: number;
  readonly willRetain: boolean;
  readonly password: boolean;
  readonly user: boolean;
}

export function readConnect(frame: Frame): ConnectPacket {
  const reader = new BodyReader(frame.body);
  const version = readVersion(reader);
  const { flags, keepAlive } = unanswered(() => {
    if (frame.flags !== 0 && version !== 3) throw malformed("reserved flags of CONNECT");
    return { flags: readFlags(reader.byte(), version), keepAlive: reader.uint16() };
  });
  const properties = version === 5 ? readProperties(reader, "connect") : {};
  if (properties.authenticationData !== undefined && properties.authenticationMethod === undefined)
    throw protocolError("authentication data without a method"); // MQTT 5 §3.1.2.11.10
  const clientId = readClientId(reader, version);
  const will = flags.will ? readWill(reader, flags, version) : undefined;
  const { user, password } = unanswered(() => ({
    user: flags.user ? reader.text() : undefined,
    password: flags.password ? reader.binary() : undefined,
  }));
  reader.end();
  return {
    type: "connect",
    version,
    clientId,
    clean: flags.clean,
    keepAlive,
    properties,
    ...(will === undefined ? {} : { will }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
  };
}

function readFlags(bits: number, version: Version): Flags {
  const flags = {
    clean: (bits & 0x02) !== 0,
    will: (bits & 0x04) !== 0,
    willQos: (bits >> 3) & 3,
    willRetain: (bits & 0x20) !== 0,
    password: (bits & 0x40) !== 0,
    user: (bits & 0x80) !== 0,
  };
  if ((bits & 0x01) !== 0 && version !== 3) throw malformed("reserved flag of CONNECT"); // [MQTT-3.1.2-3]
  if (flags.willQos === 3) throw malformed("will with QoS 3"); // [MQTT-3.1.2-14]
  if (!flags.will && (flags.willQos > 0 || flags.willRetain))
    throw malformed("QoS or retain of a will that is not there"); // [MQTT-3.1.2-11…-15]
  if (version < 5 && flags.password && !flags.user) throw malformed("password without a user"); // [MQTT-3.1.2-22]
  return flags;
}

/** A client id of bad UTF-8 is told as that: it is what the user can change. */
function readClientId(reader: BodyReader, version: Version): string {
  const length = reader.uint16();
  const bytes = reader.bytes(length);
  const again = Buffer.allocUnsafe(2 + length);
  again.writeUInt16BE(length);
  bytes.copy(again, 2);
  try {
    return new BodyReader(again).text();
  } catch (error) {
    if (version < 5) throw error;
    throw new MalformedError("client id that is not UTF-8", reasons.clientIdNotValid);
  }
}

function readWill(reader: BodyReader, flags: Flags, version: Version): Will {
  const properties: Properties = version === 5 ? readProperties(reader, "will") : {};
  const topic = reader.text();
  if (!isTopic(topic)) throw malformed("will to a wildcard or nowhere");
  checkResponseTopic(properties);
  return {
    topic,
    payload: reader.binary(),
    qos: flags.willQos as QoS,
    retain: flags.willRetain,
    properties,
  };
}

/** [MQTT-3.3.2-14]: no wildcards. */
export function checkResponseTopic({ responseTopic }: Properties): void {
  if (responseTopic !== undefined && !isTopic(responseTopic))
    throw protocolError("response topic with a wildcard");
}
