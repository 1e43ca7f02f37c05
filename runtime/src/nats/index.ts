export { NatsBroker, NatsRouter } from "./broker.ts";
export type { NatsKind, NatsOptions, NatsTls } from "./options.ts";
