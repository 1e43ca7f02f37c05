import { expect, test } from "vitest";
import { type Message, Router, type Subscriber, type Subscription } from "./router.ts";

const message = (subject: string): Message => ({
  number: 1,
  subject,
  payload: Buffer.from("x"),
  client: null,
});

/** A subscriber that notes what it gets. */
function subscriber(
  options: { echo?: boolean; takes?: boolean } = {},
): Subscriber & { got: string[] } {
  const got: string[] = [];
  return {
    got,
    echo: options.echo ?? true,
    deliver(subscription, { subject }) {
      if (options.takes === false) return false;
      got.push(`${subscription.sid}:${subject}`);
      return true;
    },
    ended: (subscription) => void got.push(`${subscription.sid} ended`),
  };
}

function subscribe(
  router: Router,
  to: Subscriber,
  sid: string,
  subject: string,
  queue?: string,
): Subscription {
  const subscription = {
    subscriber: to,
    sid,
    subject,
    delivered: 0,
    max: 0,
    ...(queue === undefined ? {} : { queue }),
  };
  router.subscribe(subscription);
  return subscription;
}

test("every plain subscription gets its own copy", () => {
  const router = new Router();
  const [one, other] = [subscriber(), subscriber()];
  subscribe(router, one, "1", "a.*");
  subscribe(router, one, "2", "a.b");
  subscribe(router, other, "1", ">");
  expect(router.publish(message("a.b"), null)).toBe(3);
  expect(one.got.sort()).toEqual(["1:a.b", "2:a.b"]);
  expect(other.got).toEqual(["1:a.b"]);
});

test("one member of each group gets it, by chance, whatever its pattern", () => {
  let chance = 0;
  const router = new Router(() => chance);
  const [one, other] = [subscriber(), subscriber()];
  subscribe(router, one, "1", "a.b", "q");
  subscribe(router, other, "2", "a.*", "q");
  subscribe(router, other, "3", "a.b", "r");
  for (chance of [0, 0.999]) expect(router.publish(message("a.b"), null)).toBe(2);
  expect([...one.got, ...other.got].sort()).toEqual(["1:a.b", "2:a.b", "3:a.b", "3:a.b"]);
});

test("a group's next member gets it where the first cannot", () => {
  const router = new Router(() => 0);
  const [gone, here] = [subscriber({ takes: false }), subscriber()];
  subscribe(router, gone, "1", "a", "q");
  subscribe(router, here, "2", "a", "q");
  expect(router.publish(message("a"), null)).toBe(1);
  expect(here.got).toEqual(["2:a"]);
});

test("no echo: not even as a member of a group", () => {
  const router = new Router(() => 0);
  const silent = subscriber({ echo: false });
  const other = subscriber();
  subscribe(router, silent, "1", "a");
  subscribe(router, silent, "2", "a", "q");
  subscribe(router, other, "3", "a", "q");
  expect(router.publish(message("a"), silent)).toBe(1);
  expect(silent.got).toEqual([]);
  expect(router.publish(message("a"), other)).toBe(2);
});

test("a subscription with a maximum ends with its last message", () => {
  const router = new Router();
  const limited = subscriber();
  const subscription = subscribe(router, limited, "1", "a");
  subscription.max = 2;
  expect([1, 2, 3].map(() => router.publish(message("a"), null))).toEqual([1, 1, 0]);
  expect(limited.got).toEqual(["1:a", "1:a", "1 ended"]);
});

test("finds a subscriber's own plain subscription for a reply", () => {
  const router = new Router();
  const [me, other] = [subscriber(), subscriber()];
  subscribe(router, other, "1", "_INBOX.*");
  subscribe(router, me, "2", "_INBOX.*", "q");
  expect(router.ownSubscription(me, "_INBOX.1")).toBeUndefined();
  const mine = subscribe(router, me, "3", "_INBOX.*");
  expect(router.ownSubscription(me, "_INBOX.1")).toBe(mine);
});
