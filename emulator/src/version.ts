/** The package's own, said to clients and by `--version`. A test holds it equal to package.json. */
export const VERSION = "0.1.0";

/** How a client, and a test that wants a real broker, knows that this is none. */
export const SERVER_NAME = "millrace-emulator";
