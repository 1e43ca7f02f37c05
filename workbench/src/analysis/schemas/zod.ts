/** Zod 3, zod 4 and zod/mini. */
import type { Library } from "./library.ts";
import { makers } from "./zod-makers.ts";
import { methods } from "./zod-methods.ts";

export const zod: Library = {
  modules: /^zod(\/|$)/,
  namespaces: ["z"],
  makers,
  methods,
  sides: { infer: "output", output: "output", TypeOf: "output", input: "input" },
};
