/** Search: a text field with its findings below, moved through with the arrow keys. */
import { useId, useState, type KeyboardEvent, type ReactNode } from "react";
import { SearchIcon } from "../icons.tsx";
import { SEARCH_ID } from "../keyboard.ts";
import { usePage, useStore } from "../store/hooks.ts";
import { search } from "./search.ts";

export function SearchBox(): ReactNode {
  const store = useStore();
  const topology = usePage((state) => state.workbench?.topology);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useId();
  const found = topology === undefined ? [] : search(topology, text);
  const open = text.trim() !== "";

  function choose(index: number, input: HTMLElement): void {
    const one = found[index];
    if (one === undefined) return;
    store.act({ kind: "centre", id: one.id });
    setText("");
    input.blur();
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>): void {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setAt((before) =>
        Math.min(found.length - 1, Math.max(0, before + (event.key === "ArrowDown" ? 1 : -1))),
      );
    } else if (event.key === "Enter") {
      choose(at, event.currentTarget);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (text === "") event.currentTarget.blur();
      setText("");
    }
  }

  return (
    <div className="search">
      <SearchIcon />
      <input
        id={SEARCH_ID}
        data-testid="search"
        type="text"
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        placeholder="Find a service, channel or operation"
        aria-label="Find a service, channel or operation"
        aria-expanded={open}
        aria-controls={list}
        aria-activedescendant={open && found.length > 0 ? `${list}-${at}` : undefined}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setText("")}
      />
      <kbd aria-hidden="true">/</kbd>
      {open && (
        <ul id={list} role="listbox" className="findings-list" data-testid="search-results">
          {found.length === 0 && <li className="none">Nothing is called that.</li>}
          {found.map((one, index) => (
            <li
              key={one.id}
              id={`${list}-${index}`}
              role="option"
              aria-selected={index === at}
              // The field must not lose focus before the click counts.
              onMouseDown={(event) => {
                event.preventDefault();
                choose(index, document.getElementById(SEARCH_ID) ?? event.currentTarget);
              }}
            >
              <b>{one.label}</b>
              <span>{one.context}</span>
              <em>{one.kind}</em>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
