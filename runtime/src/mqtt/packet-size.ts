/** How many bytes a PUBLISH of MQTT 5 takes on the wire (3.3): what a broker's maximum packet size is about. */
import type { Qos } from "./options.ts";
import type { Properties } from "./message.ts";

export function packetSize(
  topic: string,
  payload: Uint8Array,
  qos: Qos,
  properties: Properties,
): number {
  const described = propertiesSize(properties);
  const rest =
    text(topic) + (qos > 0 ? 2 : 0) + variable(described) + described + payload.byteLength;
  return 1 + variable(rest) + rest;
}

/** Each with the byte that names it (2.2.2.2). */
function propertiesSize(properties: Properties): number {
  let size = 0;
  if (properties.payloadFormatIndicator !== undefined) size += 2;
  if (properties.messageExpiryInterval !== undefined) size += 5;
  if (properties.topicAlias !== undefined) size += 3;
  if (properties.contentType !== undefined) size += 1 + text(properties.contentType);
  if (properties.responseTopic !== undefined) size += 1 + text(properties.responseTopic);
  if (properties.correlationData !== undefined) size += 3 + properties.correlationData.byteLength;
  for (const [name, values] of Object.entries(properties.userProperties ?? {}))
    for (const value of [values].flat()) size += 1 + text(name) + text(value);
  return size;
}

/** UTF-8 behind two bytes of length (1.5.4). */
const text = (value: string): number => 2 + Buffer.byteLength(value);

/** A variable byte integer (1.5.5). */
const variable = (value: number): number =>
  value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4;
