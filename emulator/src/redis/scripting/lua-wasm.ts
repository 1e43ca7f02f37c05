/**
 * Lua 5.1 as WebAssembly: a file of the package wasmoon-lua5.1. In what is built, build.js puts the file itself in the
 * place of this one, so that nothing is lost beside a bundle and nobody has to install it.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** The machine's bytes. */
export function luaWasm(): Uint8Array {
  const require = createRequire(import.meta.url);
  return readFileSync(require.resolve("wasmoon-lua5.1/dist/liblua5.1.wasm"));
}
