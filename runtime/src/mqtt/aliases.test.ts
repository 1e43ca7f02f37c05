import { expect, test } from "vitest";
import { TopicAliases } from "./aliases.ts";

test("a name goes once; when the numbers are used up, the one used least recently is given anew", () => {
  const aliases = new TopicAliases();
  aliases.begin(2);
  expect(aliases.of("a")).toEqual({ topic: "a", topicAlias: 1 });
  expect(aliases.of("b")).toEqual({ topic: "b", topicAlias: 2 });
  expect(aliases.of("a")).toEqual({ topic: "", topicAlias: 1 });
  expect(aliases.of("c")).toEqual({ topic: "c", topicAlias: 2 });
  expect(aliases.of("a")).toEqual({ topic: "", topicAlias: 1 });
  expect(aliases.of("b")).toEqual({ topic: "b", topicAlias: 2 });
});

test("a new connection knows none, and a broker may take none", () => {
  const aliases = new TopicAliases();
  expect(aliases.of("a")).toEqual({ topic: "a" });
  aliases.begin(2);
  aliases.of("a");
  aliases.begin(2);
  expect(aliases.of("a")).toEqual({ topic: "a", topicAlias: 1 });
  aliases.begin(0);
  expect(aliases.of("a")).toEqual({ topic: "a" });
});
