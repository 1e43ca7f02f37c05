/** What does not fit, beside the field it is about. */
import type { Finding } from "@millrace/workbench/protocol";
import type { ReactNode } from "react";

/** The findings of one field. */
export function Findings({
  findings,
  pointer,
}: {
  readonly findings: readonly Finding[];
  readonly pointer: string;
}): ReactNode {
  const own = findings.filter((finding) => finding.pointer === pointer);
  if (own.length === 0) return null;
  return (
    <span className="finding" data-testid="finding" data-pointer={pointer}>
      {own.map((finding) => finding.message).join(" ")}
    </span>
  );
}

/** Those that no shown field can carry. */
export function OtherFindings({
  findings,
  shown,
}: {
  readonly findings: readonly Finding[];
  readonly shown: ReadonlySet<string>;
}): ReactNode {
  const others = findings.filter(
    (finding) => !shown.has(finding.pointer) && !/^(params|headers)\//.test(finding.pointer),
  );
  if (others.length === 0) return null;
  return (
    <ul className="other-findings" data-testid="findings">
      {others.map((finding) => (
        <li
          key={finding.pointer + finding.message}
          className="finding"
          data-testid="finding"
          data-pointer={finding.pointer}
        >
          {finding.pointer !== "" && <code>{finding.pointer}</code>} {finding.message}
        </li>
      ))}
    </ul>
  );
}
