/** Where the Schema Registry is found. Its code is read when the first request comes. */
import type { Credentials, FurtherPort } from "../../protocol.ts";
import type { Registry } from "./registry.ts";

export interface RegistryTerms {
  readonly registry: Registry;
  readonly clusterId: string;
  /** Any of these lets a client in; nothing is asked where there are none. */
  readonly credentials: readonly Credentials[];
  /** Tells what is not offered. */
  log(text: string): void;
}

export function registryPort(terms: RegistryTerms): FurtherPort {
  return {
    name: "schema-registry",
    defaultPort: 8081,
    scheme: "http://",
    async serve() {
      const { registryServer } = await import("./serve.ts");
      return registryServer(terms);
    },
  };
}
