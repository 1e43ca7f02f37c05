/** Against services that send back nothing but the correlation id, as FastStream's do. */
import { expect, test } from "vitest";
import type { Headers, Incoming, Outgoing } from "../driver.ts";
import { RequestError } from "../errors.ts";
import { readMessage } from "./message.ts";
import { answerHeaders, Replies } from "./replies.ts";

/** A reply topic that the test writes to. */
function bench() {
  let deliver: ((message: Incoming) => Promise<void>) | undefined;
  const replies = new Replies("answers", async (take) => {
    deliver = take;
    return { redelivers: true, drain: async () => {} };
  });
  const sent: Outgoing[] = [];
  return {
    sent,
    ask: (text: string, correlationId: string, timeout = 5000) =>
      replies.ask(message(text, { correlation_id: correlationId }), timeout, async (outgoing) => {
        sent.push(outgoing);
      }),
    /** The answer to a request as it was sent, by who knows only `correlation_id`. */
    async answer(text: string, headers: Headers) {
      await deliver?.(message(text, headers));
    },
    async asked(count: number) {
      while (sent.length < count) await Promise.resolve();
      return sent;
    },
  };
}

const message = (text: string, headers: Headers): Outgoing & { attempt: number; raw: unknown } => ({
  address: "questions",
  payload: Buffer.from(text),
  headers,
  attempt: 1,
  raw: undefined,
});

const foreign = ({ headers }: Outgoing): Headers => ({
  correlation_id: headers["correlation_id"] ?? "",
});

test("answers that come at once reach each its own request of a chain, in whatever order they come", async () => {
  const { ask, asked, answer } = bench();
  const answers = Promise.all(["a", "b", "c"].map((text) => ask(text, "chain")));
  const requests = await asked(3);
  await Promise.all(
    requests.toReversed().map((request) => answer(`${String(request.payload)}!`, foreign(request))),
  );
  expect((await answers).map(({ payload }) => String(payload))).toEqual(["a!", "b!", "c!"]);
});

test("a request keeps the chain's correlation id, unless another one is out under it", async () => {
  const { ask, asked, answer } = bench();
  const answers = [ask("a", "chain"), ask("b", "chain"), ask("c", "other chain")];
  const requests = await asked(3);
  expect(requests.map(({ headers }) => headers["correlation_id"])).toEqual([
    "chain",
    expect.not.stringMatching(/^chain$/),
    "other chain",
  ]);
  await Promise.all(requests.map((request) => answer("", foreign(request))));
  await Promise.all(answers);
});

test("a late answer is not taken for that of the chain's next request", async () => {
  const { ask, asked, answer } = bench();
  await expect(ask("a", "chain", 1)).rejects.toThrow(RequestError);
  const [first] = await asked(1);
  const next = ask("b", "chain");
  const [, second] = await asked(2);
  await answer("late", foreign(first as Outgoing));
  await answer("b!", foreign(second as Outgoing));
  expect(String((await next).payload)).toBe("b!");
});

test("whoever reads the request with us sees the chain's correlation id, and the answer finds back", async () => {
  const { ask, asked, answer } = bench();
  const answers = [ask("a", "chain"), ask("b", "chain")];
  const requests = await asked(2);
  for (const { headers, payload } of requests) {
    const read = readMessage(
      {
        topic: "questions",
        partition: 0,
        key: null,
        value: Buffer.from(payload),
        headers,
        offset: "0",
        timestamp: "0",
        attributes: 0,
      },
      1,
    );
    expect(read.headers["correlation_id"]).toBe("chain");
    await answer(`${String(payload)}!`, answerHeaders(read.headers, {}));
  }
  expect((await Promise.all(answers)).map(({ payload }) => String(payload))).toEqual(["a!", "b!"]);
});
