export { MemoryBroker, MemoryRouter } from "./broker.ts";
export { MemorySpace } from "./driver.ts";
export type { MemoryBrokerOptions, MemoryKind } from "./options.ts";
export { queue } from "./channels.ts";
