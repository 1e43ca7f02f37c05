import { expect, test } from "vitest";
import { filterMatches, isSystemTopic } from "./topics.ts";

// The examples of MQTT 3.1.1 §4.7, and their neighbours.
test.each([
  ["sport/tennis/player1/#", "sport/tennis/player1", true],
  ["sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true],
  ["sport/#", "sport", true],
  ["#", "sport/tennis", true],
  ["sport/tennis/+", "sport/tennis/player1", true],
  ["sport/tennis/+", "sport/tennis/player1/ranking", false],
  ["sport/+", "sport", false],
  ["sport/+", "sport/", true],
  ["+/+", "/finance", true],
  ["/+", "/finance", true],
  ["+", "/finance", false],
  ["a//b", "a//b", true],
  ["a/b", "A/b", false],
  ["#", "$SYS/uptime", false],
  ["+/monitor/Clients", "$SYS/monitor/Clients", false],
  ["$SYS/#", "$SYS/uptime", true],
])("filter %s, topic %s: %s", (filter, topic, expected) => {
  expect(filterMatches(filter, topic)).toBe(expected);
});

test("only the server's own topics are the system's", () => {
  expect(isSystemTopic("$SYS/broker/version")).toBe(true);
  expect(isSystemTopic("$aws/things")).toBe(false);
});
