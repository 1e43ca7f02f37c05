import { expect, test } from "vitest";
import { pageHtml } from "./page-html.ts";

const html = pageHtml({
  script: "https://host/page.js",
  style: "https://host/page.css",
  cspSource: "https://csp",
  nonce: "n0nce",
});
const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";

test("nothing is allowed that is not named", () => {
  expect(policy).toMatch(/^default-src 'none';/);
  expect(policy).not.toContain("unsafe");
  expect(policy).not.toContain("connect-src");
});

test("only the page's own script runs", () => {
  expect(policy).toContain("script-src 'nonce-n0nce';");
  expect(html.match(/<script/g)).toEqual(["<script"]);
  expect(html).toContain('<script nonce="n0nce" src="https://host/page.js">');
});
