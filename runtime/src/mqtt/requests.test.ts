/** Against services that take correlation data for the correlation id, as FastStream's do. */
import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { RequestError } from "../errors.ts";
import type { Link } from "./link.ts";
import type { Properties } from "./message.ts";
import { Requests } from "./requests.ts";

/** A connection that keeps what was asked; the test answers. */
function bench() {
  const client = new EventEmitter();
  const requests = new Requests({ client, subscribe: async () => 1 } as unknown as Link, "replies");
  const sent: Properties[] = [];
  return {
    ask: async (chain: string | undefined, timeout = 5000) => {
      const given = { timeout, signal: undefined, chain };
      const packet = await requests.ask("topic", given, async (properties) => {
        sent.push(properties);
      });
      return String(packet.payload);
    },
    async asked(count: number) {
      while (sent.length < count) await Promise.resolve();
      return sent;
    },
    answer({ responseTopic, correlationData }: Properties, text: string) {
      const payload = Buffer.from(text);
      client.emit("message", responseTopic, payload, { payload, properties: { correlationData } });
    },
  };
}

const ids = (sent: readonly Properties[]) =>
  sent.map(({ correlationData }) => correlationData?.toString());

test("a request travels under the chain's correlation id, unless another one is out under it", async () => {
  const { ask, asked, answer } = bench();
  const answers = Promise.all([ask("chain-ü"), ask("chain-ü"), ask("other")]);
  const sent = await asked(3);
  expect(ids(sent)).toEqual(["chain-ü", expect.not.stringContaining("chain"), "other"]);
  for (const [index, request] of [...sent.entries()].toReversed()) answer(request, String(index));
  expect(await answers).toEqual(["0", "1", "2"]);
  const again = ask("chain-ü");
  const [, , , last] = await asked(4);
  expect(ids([last as Properties])).toEqual(["chain-ü"]);
  answer(last as Properties, "3");
  expect(await again).toBe("3");
});

test("a late answer is not taken for that of the chain's next request", async () => {
  const { ask, asked, answer } = bench();
  await expect(ask("chain", 1)).rejects.toThrow(RequestError);
  const [first] = await asked(1);
  const next = ask("chain");
  const [, second] = await asked(2);
  answer(first as Properties, "late");
  answer(second as Properties, "in time");
  expect(await next).toBe("in time");
});
