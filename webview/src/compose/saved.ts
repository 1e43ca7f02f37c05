/** Saved messages that fit a channel, and their parameters. */
import type { Channel, Draft, SavedMessage } from "@millrace/workbench/protocol";

export function savedFor(
  channel: Channel,
  saved: readonly SavedMessage[],
): readonly SavedMessage[] {
  // A pattern means plain addresses; whether they fit it is judged where the form is checked.
  const kind = channel.kind === "pattern" ? undefined : channel.kind;
  return saved.filter(
    (message) =>
      message.protocol === channel.protocol &&
      message.kind === kind &&
      message.exchange === channel.exchange?.name &&
      message.bucket === channel.bucket &&
      paramsOf(channel, message.address) !== null,
  );
}

export function draftOf(channel: Channel, message: SavedMessage): Draft {
  return {
    params: paramsOf(channel, message.address) ?? {},
    payload:
      typeof message.payload === "string"
        ? message.payload
        : JSON.stringify(message.payload, null, 2),
    headers: message.headers ?? {},
    ...(message.key === undefined ? {} : { key: message.key }),
  };
}

/** The values an address has for a channel's parameters; null where it is another channel's. */
export function paramsOf(channel: Channel, address: string): Record<string, string> | null {
  if (channel.address === null) return null;
  if (channel.kind === "pattern")
    return { [channel.protocol === "kafka" ? "topic" : "channel"]: address };
  const names = channel.address.match(/\{[^}]+\}/g) ?? [];
  const pattern = channel.address
    .split(/\{[^}]+\}/)
    .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("([^./]+)");
  const match = new RegExp(`^${pattern}$`).exec(address);
  if (match === null) return null;
  return Object.fromEntries(
    names.map((name, index) => [name.slice(1, -1), match[index + 1] ?? ""]),
  );
}
