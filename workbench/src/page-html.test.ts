import { expect, test } from "vitest";
import { pageHtml } from "./page-html.ts";

test("in VS Code the page loads from where the editor says, and opens no connection", () => {
  const html = pageHtml({
    script: 'https://file.vscode-cdn.net/a"b/page.js?x=1&y=2',
    style: "https://file.vscode-cdn.net/page.css",
    nonce: "abc",
    cspSource: "https://*.vscode-cdn.net",
    shell: "vscode",
  });
  expect(html).toContain(
    '<script nonce="abc" src="https://file.vscode-cdn.net/a&quot;b/page.js?x=1&amp;y=2"></script>',
  );
  expect(html).toContain('data-shell="vscode"');
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
  expect(policy).toContain(
    "default-src 'none'; script-src 'nonce-abc'; style-src https://*.vscode-cdn.net 'nonce-abc';",
  );
  expect(policy).not.toContain("connect-src");
  expect(policy).not.toContain("unsafe");
});
