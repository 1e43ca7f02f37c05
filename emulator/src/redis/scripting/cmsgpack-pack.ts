/** cmsgpack.pack. https://github.com/msgpack/msgpack/blob/master/spec.md */
import type { Bytes } from "../values.ts";
import { type State, TYPE } from "./lua-api.ts";
import type { Machine } from "./vm.ts";

/** Tables below this depth are packed as nil: so those end that hold themselves. */
const DEEPEST = 16;

/** Takes the value on top of the stack. */
export function packValue(lua: Machine, L: State, depth = 0): Bytes {
  const { api } = lua;
  const packed = pack(lua, L, depth);
  api.lua_settop(L, -2);
  return packed;
}

function pack(lua: Machine, L: State, depth: number): Bytes {
  const { api } = lua;
  switch (api.lua_type(L, -1)) {
    case TYPE.string:
      return packString(lua.bytes(L, -1));
    case TYPE.boolean:
      return api.lua_toboolean(L, -1) === 0 ? "\xc2" : "\xc3";
    case TYPE.number:
      return packNumber(api.lua_tonumber(L, -1));
    case TYPE.table:
      if (depth === DEEPEST) return "\xc0";
      return isArray(lua, L) ? packArray(lua, L, depth) : packMap(lua, L, depth);
    default:
      return "\xc0";
  }
}

function packString(text: Bytes): Bytes {
  const { length } = text;
  if (length < 32) return byte(0xa0 | length) + text;
  if (length <= 0xff) return byte(0xd9) + byte(length) + text;
  if (length <= 0xffff) return byte(0xda) + big(length, 2) + text;
  return byte(0xdb) + big(length, 4) + text;
}

/** What is an integer of 64 bits is packed as one, in the fewest bytes. */
function packNumber(number: number): Bytes {
  if (Number.isInteger(number) && number >= -(2 ** 63) && number < 2 ** 63)
    return packInteger(number);
  const view = new DataView(new ArrayBuffer(9));
  if (Math.fround(number) === number) {
    view.setUint8(0, 0xca);
    view.setFloat32(1, number);
    return bytesOf(view, 5);
  }
  view.setUint8(0, 0xcb);
  view.setFloat64(1, number);
  return bytesOf(view, 9);
}

function packInteger(number: number): Bytes {
  if (number >= 0) {
    if (number <= 127) return byte(number);
    if (number <= 0xff) return byte(0xcc) + byte(number);
    if (number <= 0xffff) return byte(0xcd) + big(number, 2);
    if (number <= 0xffffffff) return byte(0xce) + big(number, 4);
    return byte(0xcf) + big(number, 8);
  }
  if (number >= -32) return byte(number & 0xff);
  if (number >= -0x80) return byte(0xd0) + byte(number & 0xff);
  if (number >= -0x8000) return byte(0xd1) + big(number, 2);
  if (number >= -0x80000000) return byte(0xd2) + big(number, 4);
  return byte(0xd3) + big(number, 8);
}

/** Whether the table's keys are 1 to n and nothing else; an empty table is an array. */
function isArray(lua: Machine, L: State): boolean {
  const { api } = lua;
  let count = 0;
  let largest = 0;
  api.luaL_checkstack(L, 2, lua.text("in function table_is_an_array"));
  const top = api.lua_gettop(L);
  api.lua_pushnil(L);
  while (api.lua_next(L, -2) !== 0) {
    api.lua_settop(L, -2);
    const key = api.lua_type(L, -1) === TYPE.number ? api.lua_tonumber(L, -1) : 0;
    if (key <= 0 || (key | 0) !== key) {
      api.lua_settop(L, top);
      return false;
    }
    largest = Math.max(largest, key);
    count++;
  }
  return largest === count;
}

function packArray(lua: Machine, L: State, depth: number): Bytes {
  const { api } = lua;
  const length = api.lua_objlen(L, -1);
  let packed = head(length, 0x90, 0xdc);
  api.luaL_checkstack(L, 1, lua.text("in function mp_encode_lua_table_as_array"));
  for (let place = 1; place <= length; place++) {
    api.lua_pushnumber(L, place);
    api.lua_gettable(L, -2);
    packed += packValue(lua, L, depth + 1);
  }
  return packed;
}

function packMap(lua: Machine, L: State, depth: number): Bytes {
  const { api } = lua;
  let count = 0;
  let packed = "";
  api.luaL_checkstack(L, 3, lua.text("in function mp_encode_lua_table_as_map"));
  api.lua_pushnil(L);
  while (api.lua_next(L, -2) !== 0) {
    api.lua_pushvalue(L, -2);
    packed += packValue(lua, L, depth + 1);
    packed += packValue(lua, L, depth + 1);
    count++;
  }
  return head(count, 0x80, 0xde) + packed;
}

function head(count: number, fixed: number, sized: number): Bytes {
  if (count <= 15) return byte(fixed | count);
  return count <= 0xffff ? byte(sized) + big(count, 2) : byte(sized + 1) + big(count, 4);
}

function byte(value: number): Bytes {
  return String.fromCharCode(value);
}

function big(value: number, size: 2 | 4 | 8): Bytes {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigInt64(0, BigInt.asIntN(64, BigInt(value)));
  return bytesOf(view, 8).slice(8 - size);
}

function bytesOf(view: DataView, length: number): Bytes {
  return Buffer.from(view.buffer, 0, length).toString("latin1");
}
