/** The payload, as fields made from the schema or as its text. The text is what counts; fields read and write it. */
import type { Operation } from "@millrace/workbench/protocol";
import { useMemo, type ReactNode } from "react";
import { FieldList } from "./field-inputs.tsx";
import { fieldsOf, readPayload, type Field } from "./fields.ts";
import { OtherFindings } from "./findings.tsx";
import type { Form } from "./use-form.ts";

export function PayloadEditor({
  form,
  operation,
}: {
  readonly form: Form;
  readonly operation: Operation;
}): ReactNode {
  const { message } = operation;
  const { state } = form;
  const fields = useMemo(() => (message.known ? fieldsOf(message.schema) : null), [message]);
  const payload = readPayload(state.payload);
  const view = fields === null || payload === null ? "text" : state.view;
  const shown = useMemo(
    () => new Set(view === "fields" && fields !== null ? pointers(fields) : []),
    [view, fields],
  );
  return (
    <section className="payload-editor">
      <div className="payload-bar">
        <h3>Payload</h3>
        {message.known && message.name !== undefined && (
          <span className="schema-name">{message.name}</span>
        )}
        <span className="spring" />
        {fields !== null && (
          <div className="tabs" role="tablist" aria-label="Edit the payload as">
            <button
              type="button"
              role="tab"
              aria-selected={view === "fields"}
              data-testid="view-fields"
              disabled={payload === null}
              title={payload === null ? "The text is no JSON object: correct it first" : ""}
              onClick={() => form.change({ kind: "view", view: "fields" })}
            >
              Fields
            </button>
            <button
              type="button"
              role="tab"
              aria-selected={view === "text"}
              data-testid="view-text"
              onClick={() => form.change({ kind: "view", view: "text" })}
            >
              JSON
            </button>
          </div>
        )}
      </div>
      {!message.known && (
        <p className="facts">
          Its schema is not known ({message.why}), so nothing is checked: the text is sent as it is.
        </p>
      )}
      {view === "fields" && fields !== null ? (
        <FieldList fields={fields} form={form} payload={payload} />
      ) : (
        <textarea
          className={
            state.findings.some((finding) => !/^(params|headers)\//.test(finding.pointer))
              ? "payload invalid"
              : "payload"
          }
          data-testid="payload"
          aria-label="Payload"
          spellCheck={false}
          autoCapitalize="off"
          rows={Math.min(24, Math.max(7, state.payload.split("\n").length + 1))}
          value={state.payload}
          onChange={(event) =>
            form.change({ kind: "edit", change: { payload: event.target.value } })
          }
        />
      )}
      <OtherFindings findings={state.findings} shown={shown} />
    </section>
  );
}

function pointers(fields: readonly Field[]): readonly string[] {
  return fields.flatMap((field) => [field.pointer, ...pointers(field.fields)]);
}
