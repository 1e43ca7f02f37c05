/** The configuration file and the flags, which go before it, as one setup. */
import { readFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { readSetup } from "../config/read.ts";
import { defaultSetup, type Setup } from "../config/setup.ts";
import { parseConf } from "../config/syntax.ts";
import type { Flags } from "./flags.ts";

/** @throws {Error} that names file and line. */
export function loadSetup(flags: Flags): Setup {
  const base = flags.config === undefined ? defaultSetup : readFile(flags.config);
  const { nats } = base;
  const { auth } = nats;
  const jetstream =
    flags.jetstream === true || nats.jetstream !== null
      ? {
          maxMemory: -1,
          maxStorage: -1,
          ...nats.jetstream,
          ...(flags.storeDir === undefined ? {} : { storeDir: flags.storeDir }),
        }
      : null;
  return {
    ...base,
    ...given({
      host: flags.host,
      port: flags.port,
      logFile: flags.logFile,
      pidFile: flags.pidFile,
      portsFileDir: flags.portsFileDir,
      debug: flags.debug,
      trace: flags.trace,
      logTime: flags.logTime,
    }),
    ...(flags.httpPort === undefined ? {} : { http: { port: flags.httpPort } }),
    nats: {
      ...nats,
      ...given({ host: flags.host, serverName: flags.name }),
      jetstream: flags.jetstream === false ? null : jetstream,
      auth: {
        ...auth,
        ...given({ user: flags.user, password: flags.password, token: flags.token }),
      },
    },
  };
}

function readFile(name: string): Setup {
  const file = basename(name);
  const text = readFileSync(name, "utf8");
  const folder = dirname(name);
  const beside = (other: string, from: string) =>
    isAbsolute(other) ? other : join(dirname(from), other);
  const conf = parseConf(text, name, {
    include(other, from) {
      const path = beside(other, from);
      return { file: path, text: readFileSync(path, "utf8") };
    },
    environment: process.env,
  });
  return readSetup(conf, name, (other) => readFileSync(beside(other, join(folder, file)), "utf8"));
}

/** Without what is undefined. */
function given<Values extends object>(
  values: Values,
): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Values]?: Exclude<Values[Name], undefined>;
  };
}
