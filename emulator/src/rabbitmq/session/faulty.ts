/** What a method is for, in the words of faults, and how a fault refuses it. */
import type { FrameFault } from "../../fault-engine.ts";
import type { FaultOperation } from "../../faults.ts";
import type { Broker } from "../model/contract.ts";
import { type AmqpError, channelError, connectionError } from "../model/errors.ts";
import type { Method } from "../wire/methods.ts";
import type { Channel } from "./channel.ts";
import type { Command } from "./command.ts";
import type { Ledger } from "./ledger.ts";
import { ClientProperties } from "./negotiation.ts";
import { unknownTag } from "./unsettled.ts";

/** The fault that a method meets. An alarm is raised, and the method goes on to whatever that holds back. */
export function faultOn(
  method: Method,
  channel: Channel | undefined,
  ledger: Ledger,
  alarm: Broker["alarm"],
): FrameFault | null {
  const fault = faultFor(method, channel, ledger);
  if (fault?.effect.kind !== "alarm") return fault;
  alarm.set(fault.effect.reason);
  fault.onClear(() => alarm.set(null));
  return null;
}

function faultFor(method: Method, channel: Channel | undefined, ledger: Ledger): FrameFault | null {
  if (method.name === "connection.start-ok") {
    const { name } = new ClientProperties(method.clientProperties);
    return ledger.fault("connect", method.name, undefined, name);
  }
  return ledger.fault(operationOf(method), method.name, channelOf(method, channel));
}

/** A fault takes a command off the wire. A message that is lost so is never confirmed. */
export function lose(
  { method, content, confirm }: Command,
  channel: Channel | undefined,
  ledger: Ledger,
  fault: FrameFault,
): void {
  if (method.name !== "basic.publish" || content === null) return;
  const { exchange, routingKey } = method;
  ledger.taken({ exchange, routingKey, content }, fault);
  if (confirm > 0) channel?.confirm?.lose(confirm);
}

/** A message that is to be confirmed is refused by a nack, the protocol's own word for it; which has no words. */
export function isNacked(
  { confirm }: Command,
  channel: Channel,
  text: string | undefined,
): boolean {
  if (confirm === 0 || text !== undefined || channel.confirm === null) return false;
  channel.confirm.refuse(confirm);
  return true;
}

/** As the server would say it. */
export function refusalOf(method: Method, text: string | undefined): AmqpError {
  switch (method.name) {
    case "basic.ack":
    case "basic.nack":
    case "basic.reject":
      return text === undefined ? unknownTag(method.deliveryTag) : channelError(406, text);
    default:
      return method.name.startsWith("connection.")
        ? connectionError(530, text ?? "fault injected")
        : channelError(403, text ?? "fault injected");
  }
}

function operationOf({ name }: Method): FaultOperation | undefined {
  switch (name) {
    case "basic.publish":
      return "publish";
    case "basic.consume":
      return "subscribe";
    case "basic.ack":
    case "basic.nack":
    case "basic.reject":
      return "acknowledge";
    default:
      return undefined;
  }
}

/** The routing key, the queue or the exchange that it is about. */
function channelOf(method: Method, channel: Channel | undefined): string | undefined {
  switch (method.name) {
    case "basic.publish":
      return method.routingKey;
    case "basic.ack":
    case "basic.nack":
    case "basic.reject":
      return channel?.held.get(method.deliveryTag)?.message.routingKey;
    default:
  }
  if ("queue" in method) return method.queue === "" ? channel?.lastQueue : method.queue;
  return "exchange" in method ? method.exchange : undefined;
}
