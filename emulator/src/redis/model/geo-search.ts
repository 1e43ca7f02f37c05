/**
 * Positions around one, in a circle or a rectangle: the nine cells about it are looked through, as few and as small as
 * cover the shape (geohash_helper.c). The order of what is found is the order of the cells, as there.
 */
import type { Bytes } from "../values.ts";
import {
  boundsOf,
  type Cell,
  cellAt,
  degreesEast,
  degreesNorth,
  distance,
  MAX_STEP,
  neighbor,
  northSouthDistance,
  type Position,
  positionOfScore,
  scoresOf,
} from "./geohash.ts";
import type { SortedSet } from "./sorted-set.ts";

/** In metres. */
export interface Shape {
  readonly center: Position;
  readonly size: { readonly radius: number } | { readonly width: number; readonly height: number };
}

export interface Found {
  readonly name: Bytes;
  readonly score: number;
  readonly position: Position;
  /** Metres from the center. */
  readonly distance: number;
}

/** Half of the Earth's circumference on the map, metres. */
const MERCATOR_MAX = 20037726.37;
/** The cell itself and its neighbours, to the east and to the north. */
const AROUND = [
  [0, 0],
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0],
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
] as const;

/** Who is in the shape, up to a limit. */
export function search(set: SortedSet, shape: Shape, limit: number): Found[] {
  const found: Found[] = [];
  let last: Cell | null = null;
  for (const cell of cellsFor(shape)) {
    // On a coarse map a cell can be its own neighbour.
    if (last !== null && cell.x === last.x && cell.y === last.y) continue;
    if (found.length >= limit) break;
    last = cell;
    const [from, to] = scoresOf(cell);
    const ranks = set.ranks({
      isBefore: ({ score }) => score < from,
      isBeforeEnd: ({ score }) => score < to,
    });
    for (const { name, score } of set.slice(ranks.from, ranks.to)) {
      const position = positionOfScore(score);
      const metres = distanceWithin(shape, position);
      if (metres !== null) found.push({ name, score, position, distance: metres });
      if (found.length >= limit) break;
    }
  }
  return found;
}

/** null: outside. */
function distanceWithin({ center, size }: Shape, position: Position): number | null {
  if ("radius" in size) {
    const metres = distance(center, position);
    return metres > size.radius ? null : metres;
  }
  if (northSouthDistance(center, position) > size.height / 2) return null;
  const sameLatitude = { longitude: center.longitude, latitude: position.latitude };
  return distance(position, sameLatitude) > size.width / 2 ? null : distance(center, position);
}

function cellsFor(shape: Shape): Cell[] {
  const { center, size } = shape;
  const [minLongitude, maxLongitude, minLatitude, maxLatitude] = boundingBox(shape);
  const radius = "radius" in size ? size.radius : Math.hypot(size.width / 2, size.height / 2);
  let step = stepFor(radius, center.latitude);
  let cell = cellAt(center, step);
  const isCovered =
    boundsOf(neighbor(cell, 0, 1)).latitude[1] >= maxLatitude &&
    boundsOf(neighbor(cell, 0, -1)).latitude[0] <= minLatitude &&
    boundsOf(neighbor(cell, 1, 0)).longitude[1] >= maxLongitude &&
    boundsOf(neighbor(cell, -1, 0)).longitude[0] <= minLongitude;
  if (step > 1 && !isCovered) cell = cellAt(center, --step);

  const { longitude, latitude } = boundsOf(cell);
  return AROUND.filter(
    ([east, north]) =>
      step < 2 ||
      !(
        (north < 0 && latitude[0] < minLatitude) ||
        (north > 0 && latitude[1] > maxLatitude) ||
        (east < 0 && longitude[0] < minLongitude) ||
        (east > 0 && longitude[1] > maxLongitude)
      ),
  ).map(([east, north]) => neighbor(cell, east, north));
}

/** A degree of longitude is the shortest where it is farthest from the equator. */
function boundingBox({ center, size }: Shape): readonly [number, number, number, number] {
  const { longitude, latitude } = center;
  const [height, width] =
    "radius" in size ? [size.radius, size.radius] : [size.height / 2, size.width / 2];
  const north = degreesNorth(height);
  const east = degreesEast(width, latitude < 0 ? latitude - north : latitude + north);
  return [longitude - east, longitude + east, latitude - north, latitude + north];
}

/** The finest step whose nine cells cover a radius nearly everywhere. */
function stepFor(radius: number, latitude: number): number {
  if (radius === 0) return MAX_STEP;
  let step = 1;
  for (let metres = radius; metres < MERCATOR_MAX; metres *= 2) step++;
  step -= 2;
  if (Math.abs(latitude) > 66) step--;
  if (Math.abs(latitude) > 80) step--;
  return Math.min(Math.max(step, 1), MAX_STEP);
}
