/** The testing ladder: the same app on the memory, on the emulator or on real brokers, one argument apart. */
export { testBroker, type TestBroker, type TestOptions } from "./test-broker.ts";
