/**
 * In a browser nobody sets VS Code's theme: browser-theme.css gives the variables by what the system prefers, and this
 * gives `body` the classes VS Code would, by which the stylesheets and the toolkit notice a change.
 */
const QUERIES = [
  "(prefers-color-scheme: light)",
  "(prefers-contrast: more)",
  "(forced-colors: active)",
];

export function followBrowserTheme(): void {
  document.documentElement.dataset["shell"] = "browser";
  const queries = QUERIES.map((query) => matchMedia(query));
  const apply = () => {
    const [light, contrast, forced] = queries.map((query) => query.matches);
    const kind = themeKind(light === true, contrast === true || forced === true);
    document.body.dataset["vscodeThemeKind"] = kind;
    document.body.classList.remove(
      "vscode-light",
      "vscode-dark",
      "vscode-high-contrast",
      "vscode-high-contrast-light",
    );
    document.body.classList.add(
      ...(kind === "vscode-high-contrast-light" ? ["vscode-high-contrast", kind] : [kind]),
    );
  };
  for (const query of queries) query.addEventListener("change", apply);
  apply();
}

/** VS Code's word for a theme. */
export function themeKind(light: boolean, contrast: boolean): string {
  if (contrast) return light ? "vscode-high-contrast-light" : "vscode-high-contrast";
  return light ? "vscode-light" : "vscode-dark";
}
