/** Where everything is drawn. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  readonly positions: ReadonlyMap<string, Point>;
  /** The corners of each wire, ends included. Holds as long as its two cards stand where they were placed. */
  readonly routes: ReadonlyMap<string, readonly Point[]>;
}

export const noLayout: Layout = { positions: new Map(), routes: new Map() };
