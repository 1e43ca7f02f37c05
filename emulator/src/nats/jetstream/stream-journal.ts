/** What happens to a stream's messages without any client's doing, for the journal. */
import type { Journal } from "../../journal.ts";
import { Content } from "../wire/content.ts";
import type { StoredMessage } from "./contract.ts";

/** `rule`: a limit of the stream, `expired`, or why it was not kept at all. */
export function noteLoss(
  journal: Journal,
  stream: string,
  message: Pick<StoredMessage, "subject" | "number" | "headers" | "payload">,
  rule: string,
): void {
  journal.record({
    kind: rule === "expired" ? "expired" : "dropped",
    protocol: "nats",
    channel: message.subject,
    message: message.number,
    client: null,
    content: new Content(message),
    reason: `stream ${stream}: ${rule}`,
  });
}
