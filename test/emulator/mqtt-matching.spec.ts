/** Which filter of an MQTT subscription takes which topic. */
import { expect, test } from "vitest";
import { mqtt, subscribed } from "./mqtt-clients.ts";

export function mqttMatching(url: () => string): void {
  test.each(matching)("filter %s, topic %s: %s", async (filter, topic, taken) => {
    await using client = await mqtt(url(), 4);
    const inbox = await subscribed(client, filter, 0);
    await client.subscribeAsync("the/end", { qos: 0 });
    await client.publishAsync(topic, "x");
    await client.publishAsync("the/end", "x");
    const topics = new Set<string>();
    while (!topics.has("the/end")) topics.add((await inbox.take(1))[0]!.topic);
    topics.delete("the/end");
    expect([...topics]).toEqual(taken ? [topic] : []);
  });
}

/** Which filter takes which topic: §4.7. */
const matching: readonly (readonly [filter: string, topic: string, taken: boolean])[] = [
  ["m/a", "m/a", true],
  ["m/a", "m/b", false],
  ["m/+", "m/a", true],
  ["m/+", "m", false],
  ["m/+", "m/a/b", false],
  ["m/+", "m/", true],
  ["m/+/c", "m/b/c", true],
  ["m/#", "m/a/b", true],
  ["m/#", "m", true],
  ["+/m1", "/m1", true],
  ["+/+/m2", "a/b/m2", true],
  ["m//x", "m//x", true],
  ["m//x", "m/x", false],
  ["M/a", "m/a", false],
  ["#", "$m/a", false],
  ["+/a", "$m/a", false],
  ["$m/#", "$m/a", true],
];
