/** Between Redis' replies and Lua's values. https://redis.io/docs/latest/develop/programmability/lua-api/#data-type-conversion */
import {
  Attributed,
  BigNumber,
  Couples,
  Double,
  Failure,
  Members,
  NULL_ARRAY,
  Pairs,
  Push,
  type ProtocolVersion,
  type Reply,
  SILENCE,
  Status,
  Verbatim,
} from "../values.ts";
import { encode } from "../wire/replies.ts";
import { type State, TYPE } from "./lua-api.ts";
import type { Machine } from "./vm.ts";

/** The field of an error that INFO has counted. */
const COUNTED = "ignore_error_stats_update";

/** How many places of Lua's stack a reply may take. The server stops at 8,000, where JavaScript's stack would end before. */
const DEEPEST = 1000;

/** Pushes what a command has answered, as the script has asked for it: `redis.setresp`. */
export function pushReply(lua: Machine, L: State, reply: Reply, version: ProtocolVersion): void {
  const { api } = lua;
  if (api.lua_checkstack(L, 4) === 0) lua.fail(L, "too many nested replies");
  if (typeof reply === "string") return lua.push(L, reply);
  if (typeof reply === "number") return api.lua_pushnumber(L, reply);
  if (typeof reply === "bigint") return api.lua_pushnumber(L, Number(reply));
  if (typeof reply === "boolean")
    return version === 3
      ? api.lua_pushboolean(L, Number(reply))
      : api.lua_pushnumber(L, Number(reply));
  if (reply === null || reply === NULL_ARRAY || reply === SILENCE)
    return version === 3 ? api.lua_pushnil(L) : api.lua_pushboolean(L, 0);
  if (isArray(reply)) return pushArray(lua, L, reply, version);
  if (reply instanceof Status) return pushTagged(lua, L, "ok", reply.text, version);
  if (reply instanceof Failure) return pushFailure(lua, L, reply);
  if (reply instanceof Couples) return pushCouples(lua, L, reply, version);
  if (reply instanceof Attributed) return pushReply(lua, L, reply.reply, version);
  if (version === 2) return pushFlat(lua, L, reply);
  if (reply instanceof Double) return pushTagged(lua, L, "double", reply.value, version);
  if (reply instanceof BigNumber) return pushTagged(lua, L, "big_number", reply.digits, version);
  if (reply instanceof Verbatim) return pushVerbatim(lua, L, reply);
  if (reply instanceof Pairs) return pushMap(lua, L, reply, version);
  if (reply instanceof Members) return pushSet(lua, L, reply, version);
  if (reply instanceof Push) return pushArray(lua, L, reply.items, version);
  api.lua_pushboolean(L, 0);
}

/** Pushes an error as redis.pcall returns it: a table with the text, its code included. */
export function pushError(lua: Machine, L: State, text: string): void {
  lua.api.lua_createtable(L, 0, 4);
  lua.push(L, text);
  lua.api.lua_setfield(L, -2, lua.text("err"));
}

/**
 * Takes the value on top of the stack as a reply. `version` is what the script has asked for. A table may hold itself: at
 * some depth stands an error instead.
 */
export function popReply(lua: Machine, L: State, version: ProtocolVersion): Reply {
  const { api } = lua;
  const reply =
    api.lua_gettop(L) > DEEPEST || api.lua_checkstack(L, 4) === 0
      ? new Failure("ERR reached lua stack limit")
      : replyOf(lua, L, version);
  api.lua_settop(L, -2);
  return reply;
}

function replyOf(lua: Machine, L: State, version: ProtocolVersion): Reply {
  const { api } = lua;
  switch (api.lua_type(L, -1)) {
    case TYPE.string:
      return lua.bytes(L, -1);
    case TYPE.boolean: {
      const value = api.lua_toboolean(L, -1) !== 0;
      if (version === 3) return value;
      return value ? 1 : null;
    }
    case TYPE.number:
      return integerOf(api.lua_tonumber(L, -1));
    case TYPE.table:
      return tableReply(lua, L, version);
    default:
      return null;
  }
}

/** A table is what its field says it is; without such a field, an array up to its first nil. */
function tableReply(lua: Machine, L: State, version: ProtocolVersion): Reply {
  const error = field(lua, L, "err", TYPE.string, () => lua.bytes(L, -1));
  if (error !== undefined) return new Failure(error, isCounted(lua, L));
  const status = field(lua, L, "ok", TYPE.string, () => lua.bytes(L, -1));
  if (status !== undefined) return new Status(oneLine(status));
  const double = field(lua, L, "double", TYPE.number, () => lua.api.lua_tonumber(L, -1));
  if (double !== undefined) return new Double(double);
  const digits = field(lua, L, "big_number", TYPE.string, () => lua.bytes(L, -1));
  if (digits !== undefined) return new BigNumber(oneLine(digits));
  const verbatim = field(lua, L, "verbatim_string", TYPE.table, () => verbatimOf(lua, L));
  if (verbatim != null) return verbatim;
  const map = field(lua, L, "map", TYPE.table, () => entriesOf(lua, L, version, true));
  if (map !== undefined) return new Pairs(map);
  const set = field(lua, L, "set", TYPE.table, () => entriesOf(lua, L, version, false));
  if (set !== undefined) return new Members(set);
  return itemsOf(lua, L, version);
}

/** Whether the error on top is one that a command has answered. */
export function isCounted(lua: Machine, L: State): boolean {
  return field(lua, L, COUNTED, TYPE.boolean, () => lua.api.lua_toboolean(L, -1) !== 0) ?? false;
}

/** What `read` makes of a field of the table on top, if it is of this type. */
function field<Value>(
  lua: Machine,
  L: State,
  name: string,
  type: number,
  read: () => Value,
): Value | undefined {
  const { api } = lua;
  lua.push(L, name);
  api.lua_rawget(L, -2);
  const value = api.lua_type(L, -1) === type ? read() : undefined;
  api.lua_settop(L, -2);
  return value;
}

function verbatimOf(lua: Machine, L: State): Verbatim | null {
  const format = field(lua, L, "format", TYPE.string, () => lua.bytes(L, -1));
  const text = field(lua, L, "string", TYPE.string, () => lua.bytes(L, -1));
  return format === undefined || text === undefined
    ? null
    : new Verbatim(text, format.slice(0, 3).padEnd(3));
}

/** Keys and values in turn, or only the keys. */
function entriesOf(lua: Machine, L: State, version: ProtocolVersion, values: boolean): Reply[] {
  const { api } = lua;
  const entries: Reply[] = [];
  api.lua_pushnil(L);
  while (api.lua_next(L, -2) !== 0) {
    // A copy of the key: reading one would turn a number into a string, and lose the place.
    api.lua_pushvalue(L, -2);
    entries.push(popReply(lua, L, version));
    if (values) entries.push(popReply(lua, L, version));
    else api.lua_settop(L, -2);
  }
  return entries;
}

function itemsOf(lua: Machine, L: State, version: ProtocolVersion): Reply[] {
  const { api } = lua;
  const items: Reply[] = [];
  for (let place = 1; ; place++) {
    api.lua_rawgeti(L, -1, place);
    if (api.lua_type(L, -1) === TYPE.nil) break;
    items.push(popReply(lua, L, version));
  }
  api.lua_settop(L, -2);
  return items;
}

/** As C turns a double into 64 bits: towards zero; what does not fit becomes the smallest. */
function integerOf(number: number): number | bigint {
  const whole = Math.trunc(number);
  if (Number.isSafeInteger(whole)) return whole + 0;
  return whole >= -(2 ** 63) && whole < 2 ** 63 ? BigInt(whole) : -(2n ** 63n);
}

// ------------------------------------------------------------ pushing

function pushArray(
  lua: Machine,
  L: State,
  items: readonly Reply[],
  version: ProtocolVersion,
): void {
  lua.api.lua_createtable(L, items.length, 0);
  for (const [index, item] of items.entries()) {
    pushReply(lua, L, item, version);
    lua.api.lua_rawseti(L, -2, index + 1);
  }
}

function pushTagged(
  lua: Machine,
  L: State,
  tag: string,
  value: Reply,
  version: ProtocolVersion,
): void {
  lua.api.lua_createtable(L, 0, 1);
  pushReply(lua, L, value, version);
  lua.api.lua_setfield(L, -2, lua.text(tag));
}

function pushFailure(lua: Machine, L: State, { message }: Failure): void {
  // An error without a code gets the general one.
  pushError(lua, L, message.includes(" ") ? message : `ERR ${message}`);
  lua.api.lua_pushboolean(L, 1);
  lua.api.lua_setfield(L, -2, lua.text(COUNTED));
}

/** What RESP2 has no form for is there an array or a bulk string. */
function pushFlat(lua: Machine, L: State, reply: Reply): void {
  if (reply instanceof Pairs) return pushArray(lua, L, reply.flat, 2);
  if (reply instanceof Members || reply instanceof Push) return pushArray(lua, L, reply.items, 2);
  const bulk = encode(reply, 2);
  lua.push(L, bulk.slice(bulk.indexOf("\n") + 1, -2));
}

function pushCouples(lua: Machine, L: State, { flat }: Couples, version: ProtocolVersion): void {
  if (version === 2) return pushArray(lua, L, flat, version);
  const couples: Reply[] = [];
  for (let at = 0; at < flat.length; at += 2) couples.push(flat.slice(at, at + 2));
  pushArray(lua, L, couples, version);
}

function pushVerbatim(lua: Machine, L: State, { text, format }: Verbatim): void {
  const { api } = lua;
  api.lua_createtable(L, 0, 1);
  api.lua_createtable(L, 0, 2);
  lua.push(L, text);
  api.lua_setfield(L, -2, lua.text("string"));
  lua.push(L, format);
  api.lua_setfield(L, -2, lua.text("format"));
  api.lua_setfield(L, -2, lua.text("verbatim_string"));
}

function pushMap(lua: Machine, L: State, { flat }: Pairs, version: ProtocolVersion): void {
  const { api } = lua;
  api.lua_createtable(L, 0, 1);
  api.lua_createtable(L, 0, flat.length / 2);
  for (const each of flat.keys()) {
    pushReply(lua, L, flat[each] ?? null, version);
    if (each % 2 === 1) api.lua_settable(L, -3);
  }
  api.lua_setfield(L, -2, lua.text("map"));
}

function pushSet(lua: Machine, L: State, { items }: Members, version: ProtocolVersion): void {
  const { api } = lua;
  api.lua_createtable(L, 0, 1);
  api.lua_createtable(L, 0, items.length);
  for (const item of items) {
    pushReply(lua, L, item, version);
    api.lua_pushboolean(L, 1);
    api.lua_settable(L, -3);
  }
  api.lua_setfield(L, -2, lua.text("set"));
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, " ");
}

function isArray(reply: Reply): reply is readonly Reply[] {
  return Array.isArray(reply);
}
