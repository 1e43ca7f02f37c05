/** One input for each field of the schema, by its type. */
import { useEffect, useState, type ReactNode } from "react";
import { Checkbox, Dropdown, TextField } from "../controls.tsx";
import { readField, writeField, type Field } from "./fields.ts";
import { Findings } from "./findings.tsx";
import type { Form } from "./use-form.ts";

interface Props {
  readonly form: Form;
  readonly payload: unknown;
}

export function FieldList({
  fields,
  form,
  payload,
}: Props & { readonly fields: readonly Field[] }): ReactNode {
  return (
    <div className="fields">
      {fields.map((field) =>
        field.kind === "group" ? (
          <fieldset key={field.pointer}>
            <legend>{field.name}</legend>
            {field.description !== "" && <p className="facts">{field.description}</p>}
            <FieldList fields={field.fields} form={form} payload={payload} />
          </fieldset>
        ) : (
          <FieldRow key={field.pointer} field={field} form={form} payload={payload} />
        ),
      )}
    </div>
  );
}

function FieldRow({ field, form, payload }: Props & { readonly field: Field }): ReactNode {
  const value = readField(payload, field.pointer);
  const write = (next: unknown) =>
    form.change({
      kind: "edit",
      change: { payload: writeField(form.state.payload, field.pointer, next) },
    });
  const invalid = form.state.findings.some((finding) => finding.pointer === field.pointer);
  return (
    <div className="row" data-field={field.pointer}>
      <span className="row-label">
        {field.name}
        {field.required && (
          <span className="required" title="required">
            *
          </span>
        )}
        <em>{field.type}</em>
      </span>
      <FieldInput field={field} value={value} write={write} invalid={invalid} />
      {field.description !== "" && <span className="description">{field.description}</span>}
      <Findings findings={form.state.findings} pointer={field.pointer} />
    </div>
  );
}

interface InputProps {
  readonly field: Field;
  readonly value: unknown;
  readonly write: (value: unknown) => void;
  readonly invalid: boolean;
}

function FieldInput(props: InputProps): ReactNode {
  const { field, value, write } = props;
  const testId = `field-${field.pointer}`;
  const label = field.required ? `${field.name}, required` : field.name;
  switch (field.kind) {
    case "boolean":
      return field.required ? (
        <Checkbox label={label} testId={testId} checked={value === true} onChange={write} />
      ) : (
        <Dropdown
          label={label}
          testId={testId}
          value={typeof value === "boolean" ? String(value) : ""}
          choices={[
            { value: "", text: "(left out)" },
            { value: "true", text: "true" },
            { value: "false", text: "false" },
          ]}
          onChange={(chosen) => write(chosen === "" ? undefined : chosen === "true")}
        />
      );
    case "choice":
      return (
        <Dropdown
          label={label}
          testId={testId}
          value={value === undefined ? "" : JSON.stringify(value)}
          choices={[
            ...(field.required && value !== undefined ? [] : [{ value: "", text: "(left out)" }]),
            ...field.choices.map((choice) => ({
              value: JSON.stringify(choice),
              text: String(choice),
            })),
          ]}
          onChange={(chosen) => write(chosen === "" ? undefined : (JSON.parse(chosen) as unknown))}
        />
      );
    default:
      return <WrittenInput {...props} label={label} testId={testId} />;
  }
}

/** Text, numbers and JSON are typed: what stands in the field is kept as typed, and written when it can be read. */
function WrittenInput({
  field,
  value,
  write,
  invalid,
  label,
  testId,
}: InputProps & { readonly label: string; readonly testId: string }): ReactNode {
  const [text, setText] = useState(() => asText(field, value));
  // A new sample or the JSON view changed the value; "1." and "1" are the same number and leave the text alone.
  useEffect(() => {
    setText((before) => (same(parse(field, before), value) ? before : asText(field, value)));
  }, [field, value]);
  const onInput = (typed: string) => {
    setText(typed);
    write(parse(field, typed));
  };
  return (
    <TextField
      label={label}
      testId={testId}
      value={text}
      invalid={invalid}

      onInput={onInput}
    />
  );
}

/** A number that is none is kept as text, so that the check can say so at the field. */
function parse(field: Field, text: string): unknown {
  if (field.kind === "text") return text === "" && !field.required ? undefined : text;
  if (text.trim() === "") return undefined;
  if (field.kind === "number") return Number.isFinite(Number(text)) ? Number(text) : text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function asText(field: Field, value: unknown): string {
  if (value === undefined) return "";
  return field.kind !== "json" && typeof value === "string" ? value : JSON.stringify(value);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
