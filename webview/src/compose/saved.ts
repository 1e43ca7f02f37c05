/** Saved messages that fit a channel, and their parameters. */
import type { Channel, Draft, SavedMessage } from "@millrace/workbench/protocol";

export function savedFor(
  channel: Channel,
  saved: readonly SavedMessage[],
): readonly SavedMessage[] {
  return saved.filter(
    (message) =>
      message.protocol === channel.protocol && paramsOf(channel, message.address) !== null,
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
