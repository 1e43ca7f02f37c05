/** Topics and filters: levels between slashes; `+` stands for one level, `#` for the rest and its parent. MQTT 5 §4.7. */

const SHARE = "$share/";

/** A filter that a client subscribes to. */
export interface Filter {
  /** Without the group. */
  readonly pattern: string;
  /** The name of a shared subscription's group. §4.8.2 */
  readonly group?: string;
}

export function filterMatches(filter: string, topic: string): boolean {
  // §4.7.2: a filter that starts with a wildcard matches no topic of the server's own.
  if (topic.startsWith("$") && startsWithWildcard(filter)) return false;
  const wanted = filter.split("/");
  const levels = topic.split("/");
  for (const [index, level] of wanted.entries()) {
    if (level === "#") return levels.length >= index;
    if (levels[index] === undefined || (level !== "+" && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}

/** What the server says about itself is no message of anybody. */
export function isSystemTopic(topic: string): boolean {
  return topic.startsWith("$SYS/");
}

/** `$share/name/pattern`: §4.8.2, in every version as in mosquitto. The filter is a good one: wire/topics.ts. */
export function readFilter(filter: string): Filter {
  if (!filter.startsWith(SHARE)) return { pattern: filter };
  const end = filter.indexOf("/", SHARE.length);
  return { pattern: filter.slice(end + 1), group: filter.slice(SHARE.length, end) };
}

export function startsWithWildcard(filter: string): boolean {
  return filter.startsWith("+") || filter.startsWith("#");
}
