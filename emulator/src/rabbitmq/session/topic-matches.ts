/** Whether a pattern in RabbitMQ's wildcards matches: `*` is one word between dots, `#` any number of them. */

export function topicMatches(pattern: string, key: string): boolean {
  const words = pattern.split(".");
  const parts = key === "" ? [] : key.split(".");
  // How far into the words one can have come, for each number of parts: both are short, and # may stand often.
  let reached = new Set([0]);
  for (let at = 0; at <= parts.length; at++) {
    for (const place of reached) if (words[place] === "#") reached.add(place + 1);
    if (at === parts.length) break;
    const next = new Set<number>();
    for (const place of reached) {
      const word = words[place];
      if (word === "#") next.add(place);
      else if (word === "*" || word === parts[at]) next.add(place + 1);
    }
    reached = next;
  }
  return reached.has(words.length);
}
