/**
 * math.random as scripts have it: the generator of drand48 (48 bits, linear congruential), which begins anew the same
 * with each server, so that what it gives does not depend on the platform.
 */
import type { State } from "./lua-api.ts";
import type { Machine } from "./vm.ts";

const MULTIPLIER = 0x5deece66dn;
const INCREMENT = 0xbn;
const MASK = (1n << 48n) - 1n;
const FIRST = 0x1234abcd330en;
/** What srand48 puts below the seed. */
const LOW = 0x330en;
const MOST = 2 ** 31 - 1;

/** Replaces random and randomseed in the table on top of the stack. */
export function setRandom(lua: Machine, L: State): void {
  const { api } = lua;
  let state = FIRST;
  lua.setFunction(L, "random", (at) => {
    state = (state * MULTIPLIER + INCREMENT) & MASK;
    const share = (Number(state >> 17n) % MOST) / MOST;
    const bounds = api.lua_gettop(at);
    if (bounds > 2) lua.fail(at, "wrong number of arguments");
    if (bounds === 0) {
      api.lua_pushnumber(at, share);
      return 1;
    }
    const low = bounds === 1 ? 1 : api.luaL_checkinteger(at, 1);
    const high = api.luaL_checkinteger(at, bounds);
    if (low > high) api.luaL_argerror(at, bounds, lua.text("interval is empty"));
    api.lua_pushnumber(at, Math.floor(share * (high - low + 1)) + low);
    return 1;
  });
  lua.setFunction(L, "randomseed", (at) => {
    state = (BigInt.asUintN(32, BigInt(api.luaL_checkinteger(at, 1))) << 16n) | LOW;
    return 0;
  });
}
