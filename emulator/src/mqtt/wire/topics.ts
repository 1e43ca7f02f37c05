/** What topics and filters may look like. MQTT 5 §4.7, §4.8. */

/** How many slashes, as in mosquitto: no real topic has more, and what matches them need not guard its depth. */
const MAX_DEPTH = 200;

/** [MQTT-4.7.3-1], [MQTT-3.3.2-2]: of at least one character, without wildcards. */
export function isTopic(topic: string): boolean {
  return topic !== "" && !/[+#]/.test(topic) && isShallow(topic);
}

/** [MQTT-4.7.1-2], [MQTT-4.7.1-3]: `+` stands for a whole level, `#` for all the last ones. `$share/name/filter`: §4.8.2. */
export function isFilter(filter: string): boolean {
  const plain = sharedFilter(filter) ?? filter;
  if (plain === "" || !isShallow(plain)) return false;
  if (!/[+#]/.test(plain)) return true;
  return !/[^/][+#]|\+[^/]|#./.test(plain);
}

/** The filter behind `$share/name/`; empty where name or filter is missing or the name has a wildcard. [MQTT-4.8.2-1, -2] */
function sharedFilter(filter: string): string | undefined {
  if (filter !== "$share" && !filter.startsWith("$share/")) return undefined;
  return /^\$share\/[^/+#]+\/(.+)$/s.exec(filter)?.[1] ?? "";
}

function isShallow(topic: string): boolean {
  if (topic.length <= MAX_DEPTH) return true;
  let depth = 0;
  for (let at = topic.indexOf("/"); at >= 0; at = topic.indexOf("/", at + 1)) depth++;
  return depth <= MAX_DEPTH;
}
