/** Which messages a subscriber gets, by its address. */
import { AddressError } from "millrace";
import { expect } from "vitest";
import { Inbox } from "./inbox.ts";
import type { Promises } from "./promises.ts";

export const addressing: Promises = {
  "a `{param}` matches one segment, the handler is given it, and a publisher asks for it": async (
    t,
  ) => {
    const broker = t.broker();
    const seen = new Inbox<string>();
    if (t.facts.templates === "refused") {
      const declare = () =>
        broker.subscriber(
          t.on("users.{userId}.orders.{orderId}"),
          { ...t.receive },
          async () => {},
        );
      expect(declare).toThrow(/\{param\}/);
      broker.subscriber(t.on("users.u1.orders.o2"), { ...t.receive }, async (_: unknown, context) =>
        seen.push(`u1 o2 ${context.message.address === t.at("users.u1.orders.o2")}`),
      );
    } else {
      broker.subscriber(
        t.on("users.{userId}.orders.{orderId}"),
        { ...t.receive },
        async (_: unknown, { params, message }) => {
          seen.push(
            `${params.userId} ${params.orderId} ${message.address === t.at(`users.${params.userId}.orders.${params.orderId}`)}`,
          );
        },
      );
    }
    const orders = broker.publisher(t.on("users.{userId}.orders.{orderId}"), { ...t.send });
    await t.start(broker);
    await orders.publish({}, { params: { userId: "u 1", orderId: "ö2" } }).catch(() => undefined);
    await orders.publish({}, { params: { userId: "u1", orderId: "o2" } });
    await seen.until(() => seen.items.includes("u1 o2 true"), "u1 o2");
    await expect(
      orders.publish({}, { params: { userId: `a${t.facts.separator}b`, orderId: "1" } }),
    ).rejects.toThrow(AddressError);
  },

  "wildcards match what they say, and nothing else; without any they are refused": async (t) => {
    const broker = t.broker();
    const { wildcards } = t.facts;
    if (wildcards === null) {
      for (const address of ["plant.*.heat", "plant.>"] as const)
        expect(() => broker.subscriber(t.on(address), { ...t.receive }, async () => {})).toThrow(
          AddressError,
        );
      return;
    }
    const seen: Record<string, Inbox<string>> = {
      one: new Inbox(),
      rest: new Inbox(),
      exact: new Inbox(),
    };
    broker.subscriber(t.on("plant.*.heat"), { ...t.receive }, async (name: string) =>
      seen["one"]?.push(name),
    );
    broker.subscriber(t.on("plant.>"), { ...t.receive }, async (name: string) =>
      seen["rest"]?.push(name),
    );
    broker.subscriber(t.on("plant.a.heat"), { ...t.receive }, async (name: string) =>
      seen["exact"]?.push(name),
    );
    await t.start(broker);
    for (const name of [
      "plant",
      "plant.a",
      "plant.a.heat",
      "plant.b.heat",
      "plant.b.cold",
      "plant.a.b.heat",
      "plants.a.heat",
      "plant.last.heat",
      "plant.a.heat",
    ]) {
      await broker.publish(t.on(name), name, { ...t.send });
    }
    const parent = wildcards.restMatchesParent ? ["plant"] : [];
    const rest = [
      ...parent,
      "plant.a",
      "plant.a.heat",
      "plant.b.heat",
      "plant.b.cold",
      "plant.a.b.heat",
      "plant.last.heat",
      "plant.a.heat",
    ];
    expect(await seen["one"]?.first(4)).toEqual([
      "plant.a.heat",
      "plant.b.heat",
      "plant.last.heat",
      "plant.a.heat",
    ]);
    expect(await seen["rest"]?.first(rest.length)).toEqual(rest);
    expect(await seen["exact"]?.first(2)).toEqual(["plant.a.heat", "plant.a.heat"]);
  },

  "subscribers whose addresses overlap get each message once each": async (t) => {
    const broker = t.broker();
    const seen = new Inbox<string>();
    const addresses =
      t.facts.templates === "refused"
        ? ["sensors.1"]
        : t.facts.wildcards === null
          ? ["sensors.{id}", "sensors.1", "{kind}.1"]
          : ["sensors.*", "sensors.>", "sensors.{id}", "sensors.1", "*.1"];
    for (const address of addresses) {
      broker.subscriber(t.on(address), { ...t.receive }, async (value: number) =>
        seen.push(`${address} ${value}`),
      );
    }
    await t.start(broker);
    for (const value of [1, 2]) await broker.publish(t.on("sensors.1"), value, { ...t.send });
    expect((await seen.first(addresses.length * 2)).toSorted()).toEqual(
      addresses.flatMap((address) => [`${address} 1`, `${address} 2`]).toSorted(),
    );
  },

  "a router's prefix comes before its addresses, nested ones too": async (t) => {
    const broker = t.broker();
    const seen = new Inbox<string>();
    const users = broker
      .router(t.at("admin") + t.facts.separator)
      .router(`users${t.facts.separator}`);
    if (t.facts.templates === "refused") {
      for (const id of ["7", "8"] as const)
        users.subscriber(t.below(id), { ...t.receive }, async (value: string) =>
          seen.push(`${id} ${value}`),
        );
    } else {
      users.subscriber(t.below("{id}"), { ...t.receive }, async (value: string, { params }) =>
        seen.push(`${params.id} ${value}`),
      );
    }
    await t.start(broker);
    await broker.publish(t.on("admin.users.7"), "by address", { ...t.send });
    await seen.first(1);
    await users
      .publisher(t.below("{id}"), { ...t.send })
      .publish("by router", { params: { id: "8" } });
    expect(await seen.first(2)).toEqual(["7 by address", "8 by router"]);
  },
};
