export { NatsBroker, NatsRouter } from "./broker.ts";
export type { NatsClient } from "./driver.ts";
export type { NatsKind, NatsOptions, NatsTls } from "./options.ts";
