/** DISCONNECT from a client: the will is forgotten, unless it is asked for. MQTT 5 §3.14 */
import type { Session } from "../model/session.ts";
import type { EndingPacket } from "../wire/packet.ts";
import { reasons } from "../wire/reason-codes.ts";
import { readExpiry } from "./connect.ts";
import type { Conversation } from "./conversation.ts";

export function disconnect(
  conversation: Conversation,
  session: Session,
  { code, properties }: EndingPacket,
): void {
  const interval = properties.sessionExpiryInterval;
  // §3.14.2.2.2: a session that was to end with its connection cannot be made to last.
  if (interval !== undefined && interval > 0 && session.expiry === 0)
    return conversation.end(reasons.protocolError);
  if (interval !== undefined) session.expiry = readExpiry(interval);
  if (code !== reasons.disconnectWithWill) conversation.will = null;
  conversation.close();
}
