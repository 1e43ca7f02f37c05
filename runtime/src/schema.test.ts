import * as v from "valibot";
import { expect, test } from "vitest";
import { z } from "zod";
import { ValidationError } from "./errors.ts";
import { type, validate } from "./schema.ts";

/** The same order in two libraries: the one names a path by keys, the other by objects that hold keys. */
const orders = {
  zod: z.object({ id: z.string(), lines: z.array(z.object({ amount: z.coerce.number() })) }),
  valibot: v.object({
    id: v.string(),
    lines: v.array(v.object({ amount: v.pipe(v.unknown(), v.transform(Number), v.number()) })),
  }),
};

test.each(Object.entries(orders))("a schema of %s gives its output", async (_library, schema) => {
  expect(await validate(schema, { id: "o-1", lines: [{ amount: "3" }] }, "the order")).toEqual({
    id: "o-1",
    lines: [{ amount: 3 }],
  });
});

test.each(Object.entries(orders))(
  "a schema of %s says where it does not fit",
  async (_library, schema) => {
    const wrong = { id: "o-1", lines: [{ amount: "3" }, { amount: "x" }] };
    const error = await new Promise((resolve) =>
      resolve(validate(schema, wrong, "the order")),
    ).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ValidationError);
    expect((error as ValidationError).issues.map(({ path }) => path)).toEqual([
      ["lines", 1, "amount"],
    ]);
    expect((error as ValidationError).message).toMatch(
      /^the order does not fit its schema: lines\.1\.amount: /,
    );
  },
);

test("a schema that takes its time is waited for", async () => {
  const free = v.pipeAsync(
    v.string(),
    v.checkAsync(async (id) => id !== "taken", "is taken"),
  );
  expect(await validate(free, "free", "the id")).toBe("free");
  await expect(validate(free, "taken", "the id")).rejects.toThrow(
    "the id does not fit its schema: is taken",
  );
});

test("a schema of a type alone takes everything", async () => {
  expect(await validate(type<{ id: string }>(), 7, "the order")).toBe(7);
});
