import { expect, test } from "vitest";
import { themeKind } from "./browser-theme.ts";

test("what the system prefers has VS Code's name", () => {
  expect([
    themeKind(false, false),
    themeKind(true, false),
    themeKind(false, true),
    themeKind(true, true),
  ]).toEqual(["vscode-dark", "vscode-light", "vscode-high-contrast", "vscode-high-contrast-light"]);
});
