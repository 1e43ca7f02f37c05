/** The page's HTML, the same in both shells: nothing runs or loads but what is named here. */
import type { ShellKind } from "./protocol.ts";

export interface PageHtml {
  /** Addresses of the built page: `page.js`, `page.css`. */
  readonly script: string;
  readonly style: string;
  /** Drawn anew for each time the page is made. */
  readonly nonce: string;
  /** Where styles, fonts and pictures come from: `webview.cspSource` in VS Code, `'self'` in the browser. */
  readonly cspSource: string;
  readonly shell: ShellKind;
}

export function pageHtml(page: PageHtml): string {
  const { script, style, nonce, shell } = page;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(contentSecurityPolicy(page))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Millrace</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${attribute(style)}">
</head>
<body>
<div id="root" data-shell="${shell}"></div>
<script nonce="${attribute(nonce)}" src="${attribute(script)}"></script>
</body>
</html>
`;
}

/** Only the browser's page opens a connection, to where it came from; in VS Code messages go through the editor. */
export function contentSecurityPolicy({
  nonce,
  cspSource,
  shell,
}: Pick<PageHtml, "nonce" | "cspSource" | "shell">): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    // Libraries set styles by script, through the CSSOM, which needs no 'unsafe-inline'. The toolkit asks the browser one
    // thing by a style element, to which the page gives the nonce (webview/src/nonce.ts).
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `img-src ${cspSource} data:`,
    `font-src ${cspSource} data:`,
    ...(shell === "browser" ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

function attribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
