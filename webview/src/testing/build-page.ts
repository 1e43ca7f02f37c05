/** Bundles the page as build.js does, into a folder of the test's own: a build of the whole workbench is not needed here. */
import { join } from "node:path";
import { build } from "esbuild";
import { page } from "../../../build.js";

export async function buildPage(outdir: string): Promise<void> {
  await build({
    ...page,
    absWorkingDir: join(import.meta.dirname, "..", "..", ".."),
    bundle: true,
    logLevel: "error",
    outdir,
  });
}
