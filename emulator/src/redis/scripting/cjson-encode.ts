/** cjson.encode. */
import type { Bytes } from "../values.ts";
import type { JsonSettings } from "./cjson.ts";
import { type State, TYPE } from "./lua-api.ts";
import { general } from "./numbers.ts";
import type { Machine } from "./vm.ts";

/** The value on top of the stack as JSON. */
export function encodeJson(lua: Machine, L: State, settings: JsonSettings): Bytes {
  return value(lua, L, settings, 0);
}

function value(lua: Machine, L: State, settings: JsonSettings, depth: number): Bytes {
  const { api } = lua;
  switch (api.lua_type(L, -1)) {
    case TYPE.string:
      return quoted(lua.bytes(L, -1));
    case TYPE.number:
      return number(lua, L, -1, settings);
    case TYPE.boolean:
      return api.lua_toboolean(L, -1) === 0 ? "false" : "true";
    case TYPE.nil:
      return "null";
    case TYPE.table:
      return table(lua, L, settings, depth + 1);
    case TYPE.lightUserdata:
      return api.lua_touserdata(L, -1) === 0 ? "null" : refuse(lua, L, -1, "type not supported");
    default:
      return refuse(lua, L, -1, "type not supported");
  }
}

function table(lua: Machine, L: State, settings: JsonSettings, depth: number): Bytes {
  if (depth > settings.encodeDepth || lua.api.lua_checkstack(L, 3) === 0)
    lua.fail(L, `Cannot serialise, excessive nesting (${depth})`);
  const length = arrayLength(lua, L, settings);
  // An empty table is an object.
  return length > 0 ? array(lua, L, settings, depth, length) : object(lua, L, settings, depth);
}

/** The largest key of a table that has none but positive integers; -1 of another one. */
function arrayLength(lua: Machine, L: State, settings: JsonSettings): number {
  const { api } = lua;
  let largest = 0;
  let count = 0;
  api.lua_pushnil(L);
  while (api.lua_next(L, -2) !== 0) {
    const key = api.lua_type(L, -2) === TYPE.number ? api.lua_tonumber(L, -2) : 0;
    if (key < 1 || Math.floor(key) !== key) {
      api.lua_settop(L, -3);
      return -1;
    }
    largest = Math.max(largest, key);
    count++;
    api.lua_settop(L, -2);
  }
  const { sparseRatio, sparseSafe, sparseConvert } = settings;
  if (sparseRatio === 0 || largest <= count * sparseRatio || largest <= sparseSafe) return largest;
  return sparseConvert ? -1 : refuse(lua, L, -1, "excessively sparse array");
}

function array(
  lua: Machine,
  L: State,
  settings: JsonSettings,
  depth: number,
  length: number,
): Bytes {
  let text = "[";
  for (let place = 1; place <= length; place++) {
    if (place > 1) text += ",";
    lua.api.lua_rawgeti(L, -1, place);
    text += value(lua, L, settings, depth);
    lua.api.lua_settop(L, -2);
  }
  return `${text}]`;
}

function object(lua: Machine, L: State, settings: JsonSettings, depth: number): Bytes {
  const { api } = lua;
  let text = "{";
  api.lua_pushnil(L);
  while (api.lua_next(L, -2) !== 0) {
    if (text !== "{") text += ",";
    text += `${key(lua, L, settings)}:${value(lua, L, settings, depth)}`;
    api.lua_settop(L, -2);
  }
  return `${text}}`;
}

function key(lua: Machine, L: State, settings: JsonSettings): Bytes {
  switch (lua.api.lua_type(L, -2)) {
    case TYPE.number:
      return `"${number(lua, L, -2, settings)}"`;
    case TYPE.string:
      return quoted(lua.bytes(L, -2));
    default:
      return refuse(lua, L, -2, "table key must be a number or string");
  }
}

function number(lua: Machine, L: State, index: number, settings: JsonSettings): Bytes {
  const found = lua.api.lua_tonumber(L, index);
  if (Number.isFinite(found) || settings.encodeInvalid === "on")
    return Number.isNaN(found) ? "nan" : general(found, settings.precision);
  if (settings.encodeInvalid === "null") return "null";
  return refuse(lua, L, index, "must not be NaN or Inf");
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
  '"': '\\"',
  "/": "\\/",
  "\\": "\\\\",
};

/** A solidus is escaped as well, and DEL; bytes beyond ASCII stay as they are. */
function quoted(text: Bytes): Bytes {
  // eslint-disable-next-line no-control-regex
  return `"${text.replace(/[\u0000-\u001f"/\\\u007f]/g, escaped)}"`;
}

function escaped(character: string): string {
  return ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function refuse(lua: Machine, L: State, index: number, why: string): never {
  return lua.fail(L, `Cannot serialise ${lua.typeAt(L, index)}: ${why}`);
}
