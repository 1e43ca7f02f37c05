/** Keys that work everywhere on the page: `/` searches, Escape takes one step back. */
import { useEffect } from "react";
import type { PageStore } from "./store/page-store.ts";

export const SEARCH_ID = "topology-search";

export function useKeyboard(store: PageStore): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "/" && !isWriting(event)) {
        event.preventDefault();
        document.getElementById(SEARCH_ID)?.focus();
      }
      if (event.key === "Escape") stepBack(store);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [store]);
}

/** Closes what was opened last: the picked message, then focus, then the panel. */
function stepBack(store: PageStore): void {
  const { picked, focus, panel, traffic } = store.latest();
  if (picked !== null || traffic.pinned !== null) store.act({ kind: "pick", event: null });
  else if (focus !== null) store.act({ kind: "focus", id: null });
  else if (panel !== null) store.act({ kind: "close-panel" });
}

/** Inside a text field, also one within a toolkit element. */
function isWriting(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}
