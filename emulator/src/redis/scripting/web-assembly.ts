/** WebAssembly as far as it is used here: the compiler knows it only from the library of browsers. */

export interface Module {
  readonly [Symbol.toStringTag]: string;
}

export type Imports = Record<string, Record<string, (...parameters: number[]) => number | void>>;

interface Library {
  readonly Module: {
    new (bytes: Uint8Array): Module;
    imports(module: Module): { module: string; name: string }[];
  };
  readonly Instance: new (
    module: Module,
    imports: Imports,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
}

declare const WebAssembly: Library;

export const wasm: Library = WebAssembly;
