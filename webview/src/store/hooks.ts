/** How components read the store: by a selector, so that each renders only when its own part changed. */
import { createContext, useContext, useRef, useSyncExternalStore } from "react";
import type { Counter } from "./traffic-state.ts";
import type { PageState } from "./page-state.ts";
import type { PageStore } from "./page-store.ts";

export const StoreContext = createContext<PageStore | null>(null);

export function useStore(): PageStore {
  const store = useContext(StoreContext);
  if (store === null) throw new Error("useStore needs a StoreContext above it");
  return store;
}

/** The selector must return the same value for the same state: a part of it, never a new object. */
export function usePage<Part>(select: (state: PageState) => Part): Part {
  const store = useStore();
  const selector = useRef(select);
  selector.current = select;
  return useSyncExternalStore(store.subscribe, () => selector.current(store.state()));
}

export function useCount(id: string, counter: Counter): number {
  return usePage((state) => state.traffic.counters.get(id)?.[counter] ?? 0);
}
