/** How many, as commands on members take it. */
import { Failure, type Bytes } from "../values.ts";
import { long } from "./command.ts";
import { int64 } from "./int64.ts";

const LONG_MAX = 2n ** 63n - 1n;
/** Repeated members are made up by us, so that somebody could ask for more than there is memory. */
const REPEATED_MAX = 2 ** 22;

/** @throws {Failure} where it is negative, in the same words as for what is no number. */
export function positive(
  argument: Bytes | undefined,
  otherwise = "ERR value is out of range, must be positive",
): number {
  const count = long(argument, otherwise);
  if (count < 0) throw new Failure(otherwise);
  return count;
}

/** At least 1. */
export function atLeastOne(argument: Bytes | undefined, otherwise: string): number {
  const count = long(argument, otherwise);
  if (count < 1) throw new Failure(otherwise);
  return count;
}

/** How many members by chance; a negative count lets them repeat. `couples`: with their values, which halves the limit. */
export function randomCount(argument: Bytes | undefined, couples: boolean): number {
  const count = int64(argument);
  if (count < -LONG_MAX)
    throw new Failure(`ERR value is out of range, value must between ${-LONG_MAX} and ${LONG_MAX}`);
  const limit = couples ? LONG_MAX / 2n : LONG_MAX;
  if (count > limit || count < -limit || count < -REPEATED_MAX)
    throw new Failure("ERR value is out of range");
  return Number(count);
}
