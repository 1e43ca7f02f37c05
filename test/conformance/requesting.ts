/** One asks, another answers, many at once. */
import { DeclarationError } from "millrace";
import { expect } from "vitest";
import { z } from "zod";
import type { Bench } from "./bench.ts";
import { Gate } from "./inbox.ts";
import type { Promises } from "./promises.ts";

/** Of a request that is answered: on a busy machine that may take a while. */
const patient = { timeout: 60_000 };

const Query = z.object({ id: z.number() });
const Answer = z.object({ id: z.number(), name: z.string() });

/** A service that answers on `customers`, and who asks it: two connections. */
async function openService(
  t: Bench,
  answer: (id: number) => Promise<{ id: number; name: string }>,
) {
  const service = t.broker("service");
  const asker = t.broker("asker");
  service.subscriber(
    t.on("customers"),
    { ...t.receive, schema: Query, reply: Answer, concurrency: 500 },
    async ({ id }) => answer(id),
  );
  const customers = asker.publisher(t.on("customers"), { ...t.send, schema: Query, reply: Answer });
  await t.start(service);
  await t.start(asker);
  return { asker, customers };
}

/** Where there are no requests the only promise is to say so: where an answer is declared, or where one is asked for. */
async function refused(t: Bench): Promise<void> {
  const error = await (async () => {
    const { customers } = await openService(t, async (id) => ({ id, name: "" }));
    return customers.request({ id: 1 });
  })().catch((reason: unknown) => reason);
  if (error instanceof DeclarationError) expect(error.message).toMatch(/reply/);
  else expect(error).toMatchObject({ name: "RequestError", reason: "unsupported" });
}

export const requesting: Promises = {
  "a request is answered with the handler's value, by the reply schema": async (t) => {
    if (t.facts.requests === "no") return refused(t);
    const { customers } = await openService(t, async (id) => ({ id, name: `Zoë ${id}` }));
    expect(await customers.request({ id: 7 }, patient)).toEqual({ id: 7, name: "Zoë 7" });
  },

  "200 requests in flight are answered out of order, each its own": async (t) => {
    if (t.facts.requests === "no") return refused(t);
    let waiting: (() => void)[] = [];
    const { customers } = await openService(t, async (id) => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length < 50) return;
        // The last ones first.
        for (const go of waiting.toReversed()) go();
        waiting = [];
      });
      return { id, name: String(id) };
    });
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, id) => customers.request({ id }, patient)),
    );
    expect(answers).toEqual(Array.from({ length: 200 }, (_, id) => ({ id, name: String(id) })));
  },

  "a responder that fails tells the requester why": async (t) => {
    if (t.facts.requests === "no") return refused(t);
    const { customers } = await openService(t, () =>
      Promise.reject(new Error("no such customer\nat all")),
    );
    const error = await customers.request({ id: 1 }, patient).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "RequestError", reason: "failed" });
    expect(String(error)).toContain("no such customer");
  },

  "a request that cannot be read is answered with that": async (t) => {
    if (t.facts.requests === "no") return refused(t);
    const { asker } = await openService(t, async (id) => ({ id, name: "" }));
    const error = await asker
      .request(t.on("customers"), { id: "not a number" }, { ...t.send, ...patient })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ reason: "failed" });
  },

  "nobody listens: the request says so, at once where the broker knows": async (t) => {
    if (t.facts.requests === "no") return refused(t);
    const broker = t.broker();
    await t.start(broker);
    const error = await broker
      .request(
        t.on("nobody"),
        {},
        { ...t.send, timeout: t.facts.requests === "yes" ? patient.timeout : 200 },
      )
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: "RequestError",
      reason: t.facts.requests === "yes" ? "no-responders" : "timeout",
    });
  },

  "no answer in time: the request ends": async (t) => {
    if (t.facts.requests === "no") return refused(t);
    const gate = new Gate();
    const { customers } = await openService(t, async (id) => {
      await gate.opened;
      return { id, name: "late" };
    });
    const error = await customers
      .request({ id: 1 }, { timeout: 100 })
      .catch((reason: unknown) => reason);
    gate.open();
    expect(error).toMatchObject({ name: "RequestError", reason: "timeout" });
  },

  "a handler may ask another service before it answers": async (t) => {
    if (t.facts.requests === "no") return refused(t);
    const broker = t.broker();
    const inner = broker.publisher(t.on("inner"), { ...t.send, schema: Query, reply: Answer });
    broker.subscriber(
      t.on("inner"),
      { ...t.receive, schema: Query, reply: Answer },
      async ({ id }) => ({ id, name: "inner" }),
    );
    broker.subscriber(
      t.on("outer"),
      { ...t.receive, schema: Query, reply: Answer },
      async ({ id }) => inner.request({ id: id + 1 }, patient),
    );
    await t.start(broker);
    expect(await broker.request(t.on("outer"), { id: 1 }, { ...t.send, ...patient })).toEqual({
      id: 2,
      name: "inner",
    });
  },
};
