/** SASL: how a client shows who it is. https://www.rabbitmq.com/docs/access-control#mechanisms */
import { type AmqpError, connectionError } from "../model/errors.ts";
import type { User, Users } from "../model/users.ts";
import { readTable } from "../wire/field-table.ts";

/** The user that a client's answer stands for; null where it is refused. @throws {AmqpError} where it cannot be read. */
type Mechanism = (response: Buffer, door: Door) => User | null;

export interface Door {
  readonly users: Users;
  /** Of the client's certificate; null without one. */
  commonName(): string | null;
}

/** In the order in which connection.start names them. */
const MECHANISMS: ReadonlyMap<string, Mechanism> = new Map([
  ["PLAIN", plain],
  ["AMQPLAIN", amqplain],
  ["EXTERNAL", external],
]);

export function offeredMechanisms(door: Door): readonly string[] {
  return [...MECHANISMS.keys()].filter((name) => isOffered(name, door));
}

/** @throws {AmqpError} */
export function logIn(name: string, response: Buffer, door: Door): User | null {
  const mechanism = MECHANISMS.get(name);
  if (mechanism === undefined || !isOffered(name, door))
    throw connectionError(503, `unknown authentication mechanism '${name}'`);
  return mechanism(response, door);
}

/** By a certificate only who has shown one. */
function isOffered(name: string, door: Door): boolean {
  return name !== "EXTERNAL" || door.commonName() !== null;
}

/** RFC 4616, but without a name to act as: two texts, each behind a zero. */
function plain(response: Buffer, { users }: Door): User | null {
  const [nothing, user, password, ...more] = response.toString().split("\0");
  if (nothing !== "" || user === undefined || password === undefined || more.length > 0)
    throw unreadable("PLAIN");
  return users.authenticate(user, password);
}

/** AMQP's own: a table without its length. */
function amqplain(response: Buffer, { users }: Door): User | null {
  const table = readTable(response);
  const [user, password] = [table.get("LOGIN"), table.get("PASSWORD")];
  if (user?.type !== "longstr" || password?.type !== "longstr") throw unreadable("AMQPLAIN");
  return users.authenticate(user.value.toString(), password.value.toString());
}

/** Who has shown a certificate is the user of its name: `ssl_cert_login_from = common_name`. */
function external(_response: Buffer, { users, commonName }: Door): User | null {
  return users.get(commonName() ?? "") ?? null;
}

function unreadable(mechanism: string): AmqpError {
  return connectionError(502, `${mechanism} response invalid`);
}
