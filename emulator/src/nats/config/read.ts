/** A configuration file as what the server is set up with. https://docs.nats.io/running-a-nats-service/configuration */
import type { AuthOptions, JetStreamServerOptions, NatsOptions } from "../model/options.ts";
import { readAuthorization } from "./access.ts";
import { readAccounts, readMappings } from "./accounts.ts";
import {
  booleanOf,
  durationOf,
  hostPortOf,
  mapOf,
  numberOf,
  portOf,
  readFields,
  sizeOf,
  textOf,
  textsOf,
} from "./fields.ts";
import { readOperators, readPreload, tokenAccounts } from "./operators.ts";
import { defaultSetup, type Setup } from "./setup.ts";
import { readNeighbours, readTls, readWebSocket } from "./sockets.ts";
import { ConfError, type ConfMap, type ConfValue } from "./syntax.ts";

type Writable<Options> = { -readonly [Name in keyof Options]: Options[Name] };

/** @throws {ConfError} for the first thing that is wrong. `file` reads what the configuration names. */
export function readSetup(conf: ConfMap, file: string, text: (name: string) => string): Setup {
  const setup: Writable<Setup> = { ...defaultSetup };
  const nats: Writable<NatsOptions> = { ...setup.nats };
  const auth: Writable<AuthOptions> = { ...nats.auth };
  const unheard: string[] = [];
  let optional = false;
  const whole: ConfValue = { at: { file, line: 1, column: 1 }, value: conf };
  const neighbours = (value: ConfValue, name: string) => {
    const what = name.startsWith("leaf") ? "leafnodes" : name === "cluster" ? "cluster" : "gateway";
    const { at, name: called } = readNeighbours(value);
    if (what === "cluster" && called !== undefined) nats.clusterName = called;
    if (at !== undefined) setup.others = [...setup.others, { what, at }];
  };

  readFields(whole, "the configuration", {
    listen: (value) => void Object.assign(setup, hostPortOf(value)),
    port: (value) => void (setup.port = portOf(value)),
    "host net": (value) => void (setup.host = textOf(value)),
    server_name: (value) => void (nats.serverName = textOf(value)),
    server_tags: (value) => void (nats.tags = textsOf(value)),
    "http_port monitor_port": (value) => void (setup.http = { port: portOf(value) }),
    http: (value) => void (setup.http = hostPortOf(value)),
    max_payload: (value) => void (nats.maxPayload = sizeOf(value)),
    "max_connections max_conn": (value) => void (nats.maxConnections = numberOf(value)),
    "max_subscriptions max_subs": (value) => void (nats.maxSubscriptions = numberOf(value)),
    max_control_line: (value) => void (nats.maxControlLine = sizeOf(value)),
    max_pending: (value) => void (nats.maxPending = sizeOf(value)),
    ping_interval: (value) => void (nats.pingInterval = durationOf(value)),
    ping_max: (value) => void (nats.pingMax = numberOf(value)),
    lame_duck_duration: (value) => void (nats.lameDuckDuration = durationOf(value)),
    lame_duck_grace_period: (value) => void (nats.lameDuckGrace = durationOf(value)),
    debug: (value) => void (setup.debug = booleanOf(value)),
    trace: (value) => void (setup.trace = booleanOf(value)),
    logtime: (value) => void (setup.logTime = booleanOf(value)),
    "logfile log_file": (value) => void (setup.logFile = textOf(value)),
    "pidfile pid_file": (value) => void (setup.pidFile = textOf(value)),
    ports_file_dir: (value) => void (setup.portsFileDir = textOf(value)),
    tls: (value) => void (setup.tls = readTls(value)),
    allow_non_tls: (value) => void (optional = booleanOf(value)),
    "websocket ws": (value) => void (setup.websocket = readWebSocket(value)),
    jetstream: (value) => void (nats.jetstream = readJetStream(value)),
    "store_dir storedir": (value) =>
      void (nats.jetstream = { ...defaultJetStream, ...nats.jetstream, storeDir: textOf(value) }),
    authorization: (value) => void Object.assign(auth, readAuthorization(value, "$G")),
    accounts: (value) => {
      const { accounts, users } = readAccounts(value);
      auth.accounts = accounts;
      auth.users = [...auth.users, ...users];
    },
    "mappings maps": (value) => void (auth.mappings = readMappings(value)),
    no_auth_user: (value) => void (auth.noAuthUser = textOf(value)),
    "system_account system": (value) => void (auth.systemAccount = textOf(value)),
    "operator operators roots root root_operators root_operator": (value) =>
      void (auth.operators = readOperators(value, text)),
    "resolver account_resolver accounts_resolver": (value) => {
      const kind = typeof value.value === "string" ? value.value : "";
      if (!/^mem(ory)?$/i.test(kind))
        throw new ConfError(
          value.at,
          "only the memory resolver is there: write resolver: MEMORY and resolver_preload { … }",
        );
    },
    resolver_preload: (value) => void (auth.resolver = readPreload(value)),
    "cluster gateway leaf leafnodes": neighbours,
    "https https_port mqtt ocsp ocsp_cache syslog remote_syslog prof_port prof_block_rate": (
      _,
      name,
    ) => void unheard.push(name),
    "write_deadline trace_verbose logtime_utc http_base_path client_advertise": () => {},
    "max_traced_msg_len logfile_size_limit log_size_limit logfile_max_num log_max_num": () => {},
    "max_sub_tokens max_subscription_tokens connect_error_reports reconnect_error_reports":
      () => {},
    "disable_sublist_cache no_sublist_cache no_fast_producer_stall max_closed_clients": () => {},
    "no_system_account no_system no_sys_acc no_header_support default_js_domain": () => {},
    "resolver_tls resolver_pinned_accounts trusted trusted_keys": () => {},
  });
  checkUsers(auth, whole);
  if (auth.operators.length > 0) auth.accounts = tokenAccounts(auth.resolver);
  if (setup.tls !== undefined) {
    setup.tls = { ...setup.tls, optional };
    nats.tls = { required: !optional, verify: setup.tls.verify, map: setup.tls.map };
  }
  const noAuthUser = setup.websocket?.noAuthUser;
  if (noAuthUser !== undefined) nats.websocket = { noAuthUser };
  return { ...setup, nats: { ...nats, host: setup.host, auth }, unheard };
}

const defaultJetStream: JetStreamServerOptions = { maxMemory: -1, maxStorage: -1 };

function readJetStream(given: ConfValue): JetStreamServerOptions | null {
  const { at, value } = given;
  if (typeof value === "boolean") return value ? defaultJetStream : null;
  if (typeof value === "string") {
    if (/^enabled?$/i.test(value)) return defaultJetStream;
    if (/^disabled?$/i.test(value)) return null;
    throw new ConfError(at, `Expected 'enabled' or 'disabled' for string value, got '${value}'`);
  }
  let enabled = true;
  const read: Writable<JetStreamServerOptions> = { ...defaultJetStream };
  readFields(given, "jetstream", {
    "store store_dir storedir": (each) => void (read.storeDir = textOf(each)),
    "max_memory_store max_mem_store max_mem": (each) => void (read.maxMemory = sizeOf(each)),
    "max_file_store max_file": (each) => void (read.maxStorage = sizeOf(each)),
    domain: (each) => void (read.domain = textOf(each)),
    "enable enabled": (each) => void (enabled = booleanOf(each)),
    "sync sync_interval": () => {},
    "key ek encryption_key prev_key prev_ek prev_encryption_key cipher unique_tag": textOf,
    "extension_hint max_outstanding_catchup request_queue_limit max_buffered_size": () => {},
    "max_buffered_msgs strict": () => {},
    limits: (each) => mapOf(each, "limits"),
  });
  return enabled ? read : null;
}

function checkUsers(auth: AuthOptions, { at }: ConfValue): void {
  if (auth.accounts.length > 0 && auth.user !== undefined)
    throw new ConfError(at, "Can not have a single user/pass and accounts");
  if (auth.accounts.length > 0 && auth.token !== undefined)
    throw new ConfError(at, "Can not have a token and accounts");
  if (auth.users.length > 0 && auth.user !== undefined)
    throw new ConfError(at, "Can not have a single user/pass and a users array");
  if (auth.users.length > 0 && auth.token !== undefined)
    throw new ConfError(at, "Can not have a token and a users array");
  const { noAuthUser, users } = auth;
  if (noAuthUser === undefined || auth.operators.length > 0) return;
  if (!users.some(({ user, nkey }) => user === noAuthUser || nkey === noAuthUser))
    throw new ConfError(
      at,
      `no_auth_user: "${noAuthUser}" not present as user or nkey in authorization block or account configuration`,
    );
}
