/** Headers as rows of name and value. */
import type { ReactNode } from "react";
import { Button, TextField } from "../controls.tsx";
import { Plus, Trash } from "../icons.tsx";
import { Findings } from "./findings.tsx";
import type { HeaderRow } from "./form-state.ts";
import type { Form } from "./use-form.ts";

export function HeaderRows({ form }: { readonly form: Form }): ReactNode {
  const { headers, findings } = form.state;
  const set = (rows: readonly HeaderRow[]) =>
    form.change({ kind: "edit", change: { headers: rows } });
  const replace = (index: number, row: HeaderRow) =>
    set(headers.map((before, at) => (at === index ? row : before)));
  return (
    <div className="header-rows">
      {headers.map((row, index) => (
        <div className="header-row" key={index}>
          <TextField
            label="Header name"
            testId={`header-name-${index}`}
            placeholder="name"
            value={row.name}
            onInput={(name) => replace(index, { ...row, name })}
          />
          <TextField
            label="Header value"
            testId={`header-value-${index}`}
            placeholder="value"
            value={row.value}
            onInput={(value) => replace(index, { ...row, value })}
          />
          <button
            type="button"
            className="plain"
            title="Remove this header"
            aria-label={`Remove the header ${row.name}`}
            onClick={() => set(headers.filter((_, at) => at !== index))}
          >
            <Trash />
          </button>
          <Findings findings={findings} pointer={`headers/${row.name}`} />
        </div>
      ))}
      <Button
        look="icon"
        testId="add-header"
        title="Add a header"
        onPress={() => set([...headers, { name: "", value: "" }])}
      >
        <div className="with-icon">
          <Plus /> Add a header
        </div>
      </Button>
    </div>
  );
}
