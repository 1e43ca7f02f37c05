/** The workbench without a shell: a session joins a workspace's topology, emulator, services and traffic. */
export type { PageConnection, Session, SessionOptions, SessionParts } from "./session/contract.ts";
export type { OutputLine } from "./session/services.ts";
export { createSession } from "./session/session.ts";
export { contentSecurityPolicy, type PageHtml, pageHtml } from "./page-html.ts";
export type * from "./protocol.ts";
