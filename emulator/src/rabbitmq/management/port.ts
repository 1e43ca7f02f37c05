/** Where the management API is found. Its code is read when the first request comes. */
import type { FurtherPort } from "../../protocol.ts";
import type { Broker } from "../model/contract.ts";

export function managementPort(broker: Broker): FurtherPort {
  return {
    name: "management",
    defaultPort: 15672,
    scheme: "http://",
    async serve(terms) {
      const { managementServer } = await import("./serve.ts");
      return managementServer(broker, terms);
    },
  };
}
