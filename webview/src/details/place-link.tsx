/** A place in the code: in VS Code it opens the line, in a browser it is text to copy. */
import type { Place } from "@millrace/workbench/protocol";
import type { ReactNode } from "react";
import { Code } from "../icons.tsx";
import { usePage, useStore } from "../store/hooks.ts";

export function PlaceLink({ place }: { readonly place: Place }): ReactNode {
  const store = useStore();
  const inEditor = usePage((state) => state.workbench?.shell === "vscode");
  const text = placeText(place);
  if (!inEditor) {
    return (
      <code className="place" data-testid="place">
        {text}
      </code>
    );
  }
  return (
    <button
      type="button"
      className="link place"
      title="Open in the editor"
      data-testid="place"
      onClick={() => store.post({ kind: "open", place })}
    >
      <Code /> {text}
    </button>
  );
}

/** Lines count from 1 for people. */
export function placeText(place: Place): string {
  return `${place.file}:${place.start.line + 1}`;
}
