import { createHash, randomBytes } from "node:crypto";
import { access, mkdir, readdir, readFile, realpath, symlink, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { identifyRabbitmq } from "../identify-rabbitmq.ts";
import { makeCertificates, type Certificates } from "./certificates.ts";
import { borrow, freePorts, NotAvailable, startServer, type RealBroker } from "./server.ts";

const server = {
  name: "rabbitmq-server",
  install: "apt install rabbitmq-server",
  variable: "TEST_RABBITMQ_URL",
};

export interface RealRabbitmq extends RealBroker {
  /** The port with TLS, where asked for. */
  readonly secure?: Certificates & { readonly url: string };
}

export interface RabbitmqServerOptions {
  /** Further lines of rabbitmq.conf. */
  readonly config?: string;
  /** Enabled ones, with what they need: `["rabbitmq_management"]`. */
  readonly plugins?: readonly string[];
  /**
   * A second port with TLS. `required`: the client has to show a certificate there. With either, EXTERNAL logs a client
   * in by its certificate, as the user of its common name: the one that comes with it is `millrace`.
   */
  readonly tls?: boolean | "required";
  /** Further administrators beside guest, by name with their passwords. */
  readonly users?: Readonly<Record<string, string>>;
}

/**
 * rabbitmq-server; six seconds of work for one core, and as much for `restart`, nearly all of it loading Erlang's code.
 * guest may connect with the password guest. A quorum queue that was declared less than half a second before `kill` is
 * lost with what is in it: Ra writes its directory of queues that often.
 */
export async function startRabbitmq(options: RabbitmqServerOptions = {}): Promise<RealRabbitmq> {
  const lent = process.env["TEST_RABBITMQ_URL"];
  if (lent && Object.keys(options).length === 0) return borrow(lent, identifyRabbitmq);
  const { config = "", tls = false, users = {} } = options;
  const plugins = [...(options.plugins ?? []), ...(tls ? ["rabbitmq_auth_mechanism_ssl"] : [])];
  let secure: RealRabbitmq["secure"];
  const broker = await startServer({
    ...server,
    patience: 150_000,
    disposable: true,
    async prepare(folder) {
      const [port, tlsPort, distribution] = (await freePorts(3)) as [number, number, number];
      const lines = [
        `listeners.tcp.1 = 127.0.0.1:${port}`,
        "log.console = false",
        "log.file = server.log",
        "disk_free_limit.absolute = 50MB",
        `load_definitions = ${join(folder, "definitions.json")}`,
      ];
      const logins: Record<string, string | undefined> = { guest: "guest", ...users };
      if (tls) {
        const { client, files } = await makeCertificates(folder);
        secure = { ...client, url: `amqps://127.0.0.1:${tlsPort}` };
        logins["millrace"] ??= undefined;
        lines.push(
          `listeners.ssl.1 = 127.0.0.1:${tlsPort}`,
          `ssl_options.cacertfile = ${files.ca}`,
          `ssl_options.certfile = ${files.serverCert}`,
          `ssl_options.keyfile = ${files.serverKey}`,
          "ssl_options.verify = verify_peer",
          `ssl_options.fail_if_no_peer_cert = ${tls === "required"}`,
          "ssl_cert_login_from = common_name",
          "auth_mechanisms.1 = PLAIN",
          "auth_mechanisms.2 = AMQPLAIN",
          "auth_mechanisms.3 = EXTERNAL",
        );
      }
      await writeFile(join(folder, "rabbitmq.conf"), `${[...lines, config].join("\n")}\n`);
      await writeFile(join(folder, "definitions.json"), JSON.stringify(definitions(logins)));
      await writeFile(join(folder, "enabled_plugins"), `[${plugins.join(",")}].\n`);
      const home = await assemble(join(folder, "home"), plugins);
      return {
        command: join(home, "sbin", "rabbitmq-server"),
        arguments: [],
        env: {
          HOME: folder,
          RABBITMQ_SCRIPTS_DIR: join(home, "sbin"),
          RABBITMQ_NODENAME: "millrace@localhost",
          RABBITMQ_MNESIA_BASE: join(folder, "data"),
          RABBITMQ_LOG_BASE: folder,
          RABBITMQ_CONFIG_FILE: join(folder, "rabbitmq.conf"),
          RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "enabled_plugins"),
          RABBITMQ_CONF_ENV_FILE: join(folder, "none"),
          RABBITMQ_DIST_PORT: String(distribution),
          // The script becomes the server, so that a signal to it is one to the server.
          RABBITMQ_ALLOW_INPUT: "true",
          // No epmd, which would stay behind: there is one node, and its port is known. For every erl: after a minute
          // the server sees to it that there is an epmd by starting another one (rabbit_epmd_monitor).
          ERL_AFLAGS: "-start_epmd false",
          RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: [
            "-noinput -sname millrace@localhost",
            `-erl_epmd_port ${distribution}`,
            "-kernel inet_dist_use_interface {127,0,0,1}",
          ].join(" "),
        },
        url: `amqp://127.0.0.1:${port}`,
        identify: identifyRabbitmq,
      };
    },
  });
  return secure ? { ...broker, secure } : broker;
}

/** Without a password a user can only come with a certificate. */
function definitions(logins: Readonly<Record<string, string | undefined>>): object {
  const all = { configure: ".*", write: ".*", read: ".*" };
  const names = Object.entries(logins);
  return {
    vhosts: [{ name: "/" }],
    users: names.map(([name, password]) => ({
      name,
      password_hash: password === undefined ? "" : hashed(password),
      hashing_algorithm: "rabbit_password_hashing_sha256",
      tags: "administrator",
    })),
    permissions: names.map(([user]) => ({ user, vhost: "/", ...all })),
  };
}

/** RabbitMQ, "Credentials and passwords": a salt of four bytes, and SHA-256 of salt and password. */
function hashed(password: string): string {
  const salt = randomBytes(4);
  const hash = createHash("sha256").update(salt).update(password).digest();
  return Buffer.concat([salt, hash]).toString("base64");
}

/**
 * An installation of symbolic links with only the plugins that are needed. Erlang looks for each of a thousand modules
 * in the folder of every plugin: with all of them a start takes ten seconds instead of six.
 */
async function assemble(home: string, plugins: readonly string[]): Promise<string> {
  const installed = await installation();
  const all = await readdir(join(installed, "plugins"));
  const byName = new Map(all.map((entry) => [entry.replace(/-[^-]*$/, ""), entry]));
  const wanted = new Set<string>(["rabbit", ...plugins]);
  for (const name of wanted) {
    const entry = byName.get(name);
    // Not one of RabbitMQ's: Erlang's own, or unknown, which the server will say.
    if (entry === undefined) continue;
    const file = join(installed, "plugins", entry, "ebin", `${name}.app`);
    const applications = /\{applications,\s*\[([^\]]*)\]/.exec(await readFile(file, "utf8"))?.[1];
    for (const needed of applications?.split(",") ?? []) wanted.add(needed.trim());
  }
  await mkdir(join(home, "plugins"), { recursive: true });
  await symlink(join(installed, "sbin"), join(home, "sbin"));
  for (const name of wanted) {
    const entry = byName.get(name);
    if (entry) await symlink(join(installed, "plugins", entry), join(home, "plugins", entry));
  }
  return home;
}

/** Debian's `rabbitmq-server` in the PATH is a wrapper that becomes another user; elsewhere it is the script itself. */
async function installation(): Promise<string> {
  const debian = "/usr/lib/rabbitmq/lib";
  const versions = (await readdir(debian).catch(() => [])).sort();
  const homes = versions.map((version) => join(debian, version));
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const script = await realpath(join(folder, "rabbitmq-server")).catch(() => undefined);
    if (script) homes.unshift(dirname(dirname(script)));
  }
  for (const home of homes) {
    const found = await Promise.all(
      ["sbin/rabbitmq-server", "plugins"].map((part) => access(join(home, part))),
    ).then(
      () => true,
      () => false,
    );
    if (found) return home;
  }
  throw NotAvailable.of(server);
}
