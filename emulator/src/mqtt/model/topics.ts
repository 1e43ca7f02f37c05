/** Topic filters: levels between slashes; `+` stands for one level, `#` for the rest and its parent. MQTT 3.1.1 §4.7. */

export function filterMatches(filter: string, topic: string): boolean {
  // §4.7.2: a filter that starts with a wildcard matches no topic of the server's own.
  if (topic.startsWith("$") && /^[+#]/.test(filter)) return false;
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
