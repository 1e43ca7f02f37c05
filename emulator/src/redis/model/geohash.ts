/**
 * Places on the Earth as one number: the bits of longitude and latitude in turn, 26 of each, so that what is near has
 * often near numbers. https://redis.io/docs/latest/commands/geohash/
 */
import type { Bytes } from "../values.ts";

export interface Position {
  readonly longitude: number;
  readonly latitude: number;
}

/** A rectangle of the map, one of 2^step in each direction. */
export interface Cell {
  readonly x: number;
  readonly y: number;
  readonly step: number;
}

interface Bounds {
  readonly longitude: readonly [min: number, max: number];
  readonly latitude: readonly [min: number, max: number];
}

export const MAX_STEP = 26;
/** What a Mercator map shows: EPSG:3857. */
const MAP: Bounds = { longitude: [-180, 180], latitude: [-85.05112878, 85.05112878] };
/** Of the standard geohash. */
const GLOBE: Bounds = { longitude: [-180, 180], latitude: [-90, 90] };
const ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz";
const EARTH_RADIUS = 6372797.560856;

/** Whether a position is on the map. */
export function isOnMap({ longitude, latitude }: Position): boolean {
  return (
    longitude >= MAP.longitude[0] &&
    longitude <= MAP.longitude[1] &&
    latitude >= MAP.latitude[0] &&
    latitude <= MAP.latitude[1]
  );
}

/** The score of a position in a sorted set. */
export function scoreOfPosition(position: Position): number {
  return scoresOf(cellAt(position, MAX_STEP))[0];
}

export function positionOfScore(score: number): Position {
  const bits = Math.min(Math.max(0, Math.trunc(score)), Number.MAX_SAFE_INTEGER);
  const cell = { x: everySecondBit(Math.floor(bits / 2)), y: everySecondBit(bits), step: MAX_STEP };
  const { longitude, latitude } = boundsOf(cell);
  return {
    longitude: clamp((longitude[0] + longitude[1]) / 2, MAP.longitude),
    latitude: clamp((latitude[0] + latitude[1]) / 2, MAP.latitude),
  };
}

/** The eleven letters of a standard geohash; the last one is always 0, as 52 bits are enough for ten. */
export function geohashOfScore(score: number): Bytes {
  const bits = scoresOf(cellAt(positionOfScore(score), MAX_STEP, GLOBE))[0];
  let letters = "";
  for (let letter = 1; letter <= 10; letter++)
    letters += ALPHABET[Math.floor(bits / 2 ** (52 - letter * 5)) % 32] ?? "";
  return `${letters}0`;
}

export function cellAt(
  { longitude, latitude }: Position,
  step: number,
  bounds: Bounds = MAP,
): Cell {
  const [west, east] = bounds.longitude;
  const [south, north] = bounds.latitude;
  return {
    x: Math.trunc(((longitude - west) / (east - west)) * 2 ** step),
    y: Math.trunc(((latitude - south) / (north - south)) * 2 ** step),
    step,
  };
}

/** The cell so many steps to the east and to the north; behind the edge of the map is its other side. */
export function neighbor({ x, y, step }: Cell, east: number, north: number): Cell {
  const size = 2 ** step;
  return { x: (x + east + size) % size, y: (y + north + size) % size, step };
}

export function boundsOf({ x, y, step }: Cell): Bounds {
  const [west, east] = MAP.longitude;
  const [south, north] = MAP.latitude;
  const size = 2 ** step;
  return {
    longitude: [west + (x / size) * (east - west), west + ((x + 1) / size) * (east - west)],
    latitude: [south + (y / size) * (north - south), south + ((y + 1) / size) * (north - south)],
  };
}

/** The scores from which and before which a cell's positions are. */
export function scoresOf({ x, y, step }: Cell): readonly [from: number, to: number] {
  const bits = spread(x) * 2 + spread(y);
  const size = 2 ** (52 - step * 2);
  return [bits * size, (bits + 1) * size];
}

/** Metres along a great circle. */
export function distance(one: Position, other: Position): number {
  const v = Math.sin((radians(other.longitude) - radians(one.longitude)) / 2);
  if (v === 0) return northSouthDistance(one, other);
  const [from, to] = [radians(one.latitude), radians(other.latitude)];
  const u = Math.sin((to - from) / 2);
  return 2 * EARTH_RADIUS * Math.asin(Math.sqrt(u * u + Math.cos(from) * Math.cos(to) * v * v));
}

/** Metres between the parallels of latitude. */
export function northSouthDistance(one: Position, other: Position): number {
  return EARTH_RADIUS * Math.abs(radians(other.latitude) - radians(one.latitude));
}

/** How many degrees so many metres are: to the north, and to the east at some latitude. */
export function degreesNorth(metres: number): number {
  return metres / EARTH_RADIUS / (Math.PI / 180);
}

export function degreesEast(metres: number, latitude: number): number {
  return metres / EARTH_RADIUS / Math.cos(radians(latitude)) / (Math.PI / 180);
}

function radians(degrees: number): number {
  return degrees * (Math.PI / 180);
}

function clamp(value: number, [min, max]: readonly [number, number]): number {
  return Math.min(Math.max(value, min), max);
}

/** Puts a 0 before each bit. */
function spread(value: number): number {
  let bits = 0;
  for (let rest = value, weight = 1; rest > 0; rest = Math.floor(rest / 2), weight *= 4)
    bits += (rest % 2) * weight;
  return bits;
}

/** Takes those bits out again. */
function everySecondBit(value: number): number {
  let bits = 0;
  for (let rest = value, weight = 1; rest > 0; rest = Math.floor(rest / 4), weight *= 2)
    bits += (rest % 2) * weight;
  return bits;
}
