/** Problems as sentences, each with its place. */
import type { Problem } from "@millrace/workbench/protocol";
import type { ReactNode } from "react";
import { Failure, Info, Warning } from "../icons.tsx";
import { useStore } from "../store/hooks.ts";
import { PlaceLink } from "./place-link.tsx";

export function ProblemList({
  problems,
  linked = false,
}: {
  readonly problems: readonly Problem[];
  readonly linked?: boolean;
}): ReactNode {
  const store = useStore();
  return (
    <ul className="problems" data-testid="problems">
      {problems.map((problem) => (
        <li key={`${problem.code}${problem.subject}`} className={problem.severity}>
          {problem.severity === "information" ? (
            <Info />
          ) : problem.severity === "warning" ? (
            <Warning />
          ) : (
            <Failure />
          )}
          <span>
            {problem.message}
            <span className="where">
              {problem.place !== null && <PlaceLink place={problem.place} />}
              {linked && (
                <button
                  type="button"
                  className="link"
                  onClick={() => store.act({ kind: "centre", id: problem.subject })}
                >
                  show
                </button>
              )}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}
