/** Bundles the page as build.js does, into a folder of the test's own: a build of the whole workbench is not needed here. */
import { join } from "node:path";
import { build } from "esbuild";

export async function buildPage(outdir: string): Promise<void> {
  await build({
    absWorkingDir: join(import.meta.dirname, "..", "..", ".."),
    bundle: true,
    entryPoints: { page: "webview/src/main.tsx" },
    platform: "browser",
    format: "iife",
    target: "es2022",
    minify: true,
    loader: { ".css": "css", ".svg": "dataurl", ".ttf": "file" },
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
    outdir,
  });
}
