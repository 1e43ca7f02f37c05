import { beforeEach, describe, expect, it } from "vitest";
import { type Bench, bench, SECOND } from "./consumer-bench.ts";

let at: Bench;
beforeEach(() => {
  at = bench();
});

describe("pushing", () => {
  const push = { durable_name: "worker", deliver_subject: "to.me" };

  it("delivers while exactly this subject is subscribed, and again what was pending when it moves", () => {
    at.put("orders.a");
    at.create(push);
    const around = at.inbox("to.*");
    expect(at.info().push_bound).toBeUndefined();
    const inbox = at.inbox("to.me");
    expect([inbox.texts(), around.texts()]).toEqual([["orders.a"], ["orders.a"]]);
    expect(at.info().push_bound).toBe(true);
    inbox.close();
    at.put("orders.b");
    expect(around.got).toEqual([]);
    around.close();
    const other = at.inbox("to.you");
    at.create({ ...push, deliver_subject: "to.you" });
    at.clock.advance(5);
    expect(other.texts()).toEqual(["orders.a", "orders.b"]);
  });

  it("asks for its deliver group", () => {
    at.put("orders.a");
    at.create({ ...push, deliver_group: "workers" });
    const alone = at.inbox("to.me");
    expect(alone.got).toEqual([]);
    const member = at.inbox("to.me", "workers");
    expect(member.texts()).toEqual(["orders.a"]);
  });

  it("beats while it is idle, and asks the client to keep up", () => {
    at.create({ ...push, ack_policy: "none", idle_heartbeat: SECOND, flow_control: true });
    const inbox = at.inbox("to.me");
    at.put("orders.a");
    at.clock.advance(1990);
    expect(inbox.texts()).toEqual([
      "orders.a",
      "100 Idle Heartbeat; Nats-Last-Consumer: 1; Nats-Last-Stream: 1",
    ]);
    const large = Buffer.alloc(600_000);
    for (let seq = 2; seq < 8; seq++)
      at.stream.append({
        seq,
        time: at.clock.now(),
        subject: "orders.b",
        payload: large,
        number: seq,
      });
    at.clock.advance(5);
    const question = inbox.got.find(({ text }) => text.startsWith("100 FlowControl"));
    expect(question?.reply).toMatch(/^\$JS\.FC\.ORDERS\.worker\.\w{4}$/);
    expect(inbox.got.filter(({ place }) => place !== undefined)).toHaveLength(4);
    at.clock.advance(1000);
    expect(inbox.got.at(-1)?.text).toContain(`Nats-Consumer-Stalled: ${question?.reply}`);
    at.say(question, "");
    at.clock.advance(5);
    expect(inbox.got.filter(({ place }) => place !== undefined)).toHaveLength(6);
  });

  it("replays in the old rhythm, or at its rate", () => {
    at.put("orders.a");
    at.clock.advance(500);
    at.put("orders.b");
    at.create({ ...push, replay_policy: "original" });
    const inbox = at.inbox("to.me");
    at.clock.advance(450);
    expect(inbox.texts()).toEqual(["orders.a"]);
    at.clock.advance(100);
    expect(inbox.texts()).toEqual(["orders.b"]);
  });

  it("sends headers only, with the size", () => {
    at.put("orders.a");
    at.create({ ...push, headers_only: true });
    let headers = "";
    at.surroundings.subscribe("to.>", (message) => {
      headers = Buffer.from(message.headers ?? []).toString();
    });
    at.inbox("to.me");
    expect(headers).toBe("NATS/1.0\r\nNats-Msg-Size: 8\r\n\r\n");
  });
});
