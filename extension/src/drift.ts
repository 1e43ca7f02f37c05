/**
 * The analysis reads what is saved. Until then the code that is being edited drifts away from its places: this brings one
 * along, as VS Code does by itself with diagnostics but not with lenses that it asks for anew.
 */

export interface Position {
  readonly line: number;
  readonly character: number;
}

/** As VS Code tells them: a range was replaced by a text. */
export interface Change {
  readonly range: { readonly start: Position; readonly end: Position };
  readonly text: string;
}

/** Where a position is after the changes, in the order they were made; null where it was deleted. */
export function drifted(position: Position, changes: readonly Change[]): Position | null {
  let at = position;
  for (const { range, text } of changes) {
    const { start, end } = range;
    if (isBefore(at, start)) continue;
    if (isBefore(at, end)) return null;
    const lines = text.split("\n");
    const tail = at.line === end.line ? at.character - end.character : null;
    const column = (lines.length === 1 ? start.character : 0) + (lines.at(-1)?.length ?? 0);
    at = {
      line: at.line + lines.length - 1 - (end.line - start.line),
      character: tail === null ? at.character : column + tail,
    };
  }
  return at;
}

function isBefore(a: Position, b: Position): boolean {
  return a.line === b.line ? a.character < b.character : a.line < b.line;
}
