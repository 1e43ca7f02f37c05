/** The schema libraries whose calls are read. A new one is a file and a line here; any other is read through its types. */
import type { Library } from "./library.ts";
import { valibot } from "./valibot.ts";
import { zod } from "./zod.ts";

export const libraries: readonly Library[] = [zod, valibot];
