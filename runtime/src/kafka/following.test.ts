import { onTestFinished, expect, test } from "vitest";
import { parseAddress } from "../address.ts";
import { TOPIC_NAMES } from "./channels.ts";
import { Following, type FollowingTerms } from "./following.ts";

const ORDERS = parseAddress("orders.{shop}", TOPIC_NAMES);

/** One that follows `orders.{shop}` and knows of `orders.north`, among topics that the test makes. */
function following(terms: Partial<FollowingTerms> = {}) {
  const there = ["orders.north", "parcels"];
  const renewed: (readonly string[])[] = [];
  const warned: string[] = [];
  const made = new Following({
    topics: { matching: async (wanted) => there.filter(wanted) },
    link: { back: undefined },
    logger: { warn: (text: string) => warned.push(text) },
    interval: 60_000,
    ...terms,
  });
  onTestFinished(() => made.close());
  const stop = made.follow(ORDERS, ["orders.north"], async (topics) => void renewed.push(topics));
  return { made, there, renewed, warned, stop };
}

test("a topic that comes is found within the interval, once", async () => {
  let looks = 0;
  const there = ["orders.north", "orders.south"];
  const matching = async () => (looks++, there);
  const { renewed } = following({ interval: 1, topics: { matching } });
  await expect.poll(() => looks).toBeGreaterThan(2);
  expect(renewed).toEqual([["orders.north", "orders.south"]]);
});

test("a new topic that was published to is looked for at once", async () => {
  const { made, there, renewed } = following();
  there.push("orders.south");
  made.sentTo("orders.south");
  await expect.poll(() => renewed).toEqual([["orders.north", "orders.south"]]);
});

test("the cluster is not asked for topics that are known, match nothing, or that nobody follows", () => {
  let asked = 0;
  const matching = async () => (asked++, ["orders.north"]);
  const { made, stop } = following({ topics: { matching } });
  made.sentTo("orders.north");
  made.sentTo("parcels");
  expect(asked).toBe(0);
  made.sentTo("orders.south");
  expect(asked).toBe(1);
  stop();
  made.sentTo("orders.west");
  expect(asked).toBe(1);
});

test("where the cluster cannot be asked, it says so and goes on", async () => {
  const matching = () => Promise.reject(new Error("away"));
  const { warned } = following({ interval: 1, topics: { matching } });
  await expect.poll(() => warned.length).toBeGreaterThan(1);
  expect(warned[0]).toBe("could not look for new topics: away");
});
