/** The workbench without a shell: a session joins a workspace's topology, emulator, services and traffic. */
export type { OutputLine } from "./session/services.ts";
export {
  type AnalysisPart,
  createSession,
  type PageConnection,
  type Session,
  type SessionOptions,
  type SessionParts,
} from "./session/session.ts";
export { contentSecurityPolicy, type PageHtml, pageHtml } from "./page-html.ts";
export type * from "./protocol.ts";
