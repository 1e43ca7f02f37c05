/** What whoever runs the emulator should know, a line at a time: each line once, and not without end. */

/** How many lines an emulator says in its life: clients choose what is in them. */
const MOST_LINES = 100;
const LONGEST = 200;

/** The way to say a line, where there is somebody to write it for. */
export function createNotices(write: ((line: string) => void) | undefined): (text: string) => void {
  if (write === undefined) return () => {};
  const said = new Set<string>();
  return (text) => {
    if (said.size === MOST_LINES) return;
    // Names come from the wire: no line of theirs may look like another, or steer a terminal.
    const line = text.slice(0, LONGEST).replaceAll(/\p{C}/gu, "?");
    if (said.has(line)) return;
    said.add(line);
    write(said.size === MOST_LINES ? `${line}; more of the like is not told` : line);
  };
}
