/** A payload's schema as a list of fields: name, type, whether required, what it may hold. */
import type { MessageShape } from "@millrace/workbench/protocol";
import type { ReactNode } from "react";
import { schemaRows } from "./schema-rows.ts";

export function ShapeView({ shape }: { readonly shape: MessageShape }): ReactNode {
  if (!shape.known) {
    return (
      <p className="facts" data-testid="schema-unknown">
        The payload is not known: {shape.why}
      </p>
    );
  }
  const rows = schemaRows(shape.schema);
  return (
    <div className="schema" data-testid="schema">
      {shape.name !== undefined && <p className="schema-name">{shape.name}</p>}
      <ul>
        {rows.map((row) => (
          <li key={row.pointer} style={{ paddingLeft: 8 + row.depth * 14 }}>
            <span className="field">
              {row.name}
              {row.required && (
                <span className="required" title="required">
                  *<span className="hidden"> required</span>
                </span>
              )}
            </span>
            <span className="type">{row.type}</span>
            {row.limits !== "" && <span className="limits">{row.limits}</span>}
            {row.description !== "" && <span className="description">{row.description}</span>}
          </li>
        ))}
      </ul>
      {shape.gaps?.map((gap) => (
        <p className="facts" key={gap.pointer}>
          <code>{gap.pointer === "" ? "the payload" : gap.pointer}</code> could not be read:{" "}
          {gap.why}
        </p>
      ))}
    </div>
  );
}
