import { expect, test } from "vitest";
import { emptyForm, reduceForm, toDraft, type FormAction } from "./form-state.ts";

const run = (...actions: readonly FormAction[]) => actions.reduce(reduceForm, emptyForm);
const edit = (payload: string): FormAction => ({ kind: "edit", change: { payload } });
const loaded = (payload: string, edits: number): FormAction => ({
  kind: "loaded",
  edits,
  draft: { params: {}, payload, headers: { a: "1" } },
});

test("a draft fills the form", () => {
  expect(run(loaded("{}", 0))).toMatchObject({
    status: "ready",
    payload: "{}",
    headers: [{ name: "a", value: "1" }],
  });
});

test("a draft that comes after the first key does not overwrite it", () => {
  expect(run(edit("mine"), loaded("theirs", 0)).payload).toBe("mine");
});

test("a judgement of an older text is not shown", () => {
  const findings = [{ pointer: "/total", message: "is missing" }];
  expect(run(edit("a"), { kind: "checked", findings, edits: 1 }).findings).toEqual(findings);
  expect(run(edit("a"), edit("ab"), { kind: "checked", findings, edits: 1 }).findings).toEqual([]);
});

test("a refused send can be forced only where the schema refused it", () => {
  const failed: FormAction = {
    kind: "outcome",
    outcome: { kind: "failed", reason: "no", canForce: true },
    findings: [{ pointer: "", message: "no" }],
  };
  expect(run(edit("a"), { kind: "sending" }, failed)).toMatchObject({
    status: "ready",
    outcome: { canForce: true },
    findings: [{ pointer: "" }],
  });
});

test("rows without a name are no headers, and no key is no key", () => {
  const form = run({
    kind: "edit",
    change: {
      headers: [
        { name: " x ", value: "1" },
        { name: "", value: "lost" },
      ],
      payload: "p",
    },
  });
  expect(toDraft(form)).toEqual({ params: {}, payload: "p", headers: { x: "1" } });
  expect(toDraft({ ...form, key: "k" })).toHaveProperty("key", "k");
});
