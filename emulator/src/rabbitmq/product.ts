/** Who the emulator says it is, to AMQP clients and in the management API. */
import { SERVER_NAME, VERSION } from "../version.ts";

/** Clients ask for what they know of it by name and version. */
export const PRODUCT = "RabbitMQ";
export const PRODUCT_VERSION = "3.13.7";
/** In Erlang's place. */
export const PLATFORM: string = `Node.js ${process.versions.node}`;
/** By which tests that want a real broker know that this is none. */
export const INFORMATION: string = `${SERVER_NAME} ${VERSION}`;
