/** What package.json promises and the code must keep; what VS Code does with it is tested in test/vscode. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { running } from "./fixtures/orders-and-billing.ts";
import { brokersOutline, servicesOutline, type Row } from "./outline.ts";

interface Manifest {
  capabilities: {
    untrustedWorkspaces: { supported: string; restrictedConfigurations: string[] };
    virtualWorkspaces: { supported: boolean };
  };
  contributes: {
    commands: { command: string; category: string }[];
    menus: Record<string, { command: string; when: string }[]>;
    viewsWelcome: { contents: string }[];
    configuration: {
      properties: Record<string, { markdownDescription?: string; default: unknown }>;
    };
    walkthroughs: { steps: { description: string }[] }[];
  };
}

const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
const manifest = JSON.parse(text) as Manifest;
const { commands, menus, configuration } = manifest.contributes;
const ids = commands.map(({ command }) => command);

test("every command stands under Millrace in the palette", () => {
  expect(commands.filter(({ category }) => category !== "Millrace")).toEqual([]);
});

test("menus, welcome texts and the walkthrough name commands that exist", () => {
  const own = [...text.matchAll(/command:(millrace\.\w+)/g)].map((match) => match[1]);
  const inMenus = Object.values(menus).flatMap((entries) => entries.map(({ command }) => command));
  expect([...own, ...inMenus].filter((command) => !ids.includes(command ?? ""))).toEqual([]);
});

test("every setting says what it does", () => {
  expect(
    Object.entries(configuration.properties).filter(
      ([, setting]) => (setting.markdownDescription ?? "").length < 40,
    ),
  ).toEqual([]);
});

test("what starts something is restricted in an untrusted workspace", () => {
  const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
  expect(untrustedWorkspaces.supported).toBe("limited");
  expect(virtualWorkspaces.supported).toBe(false);
  const starting = Object.keys(configuration.properties).filter((name) =>
    /emulator|terminal/.test(name),
  );
  expect(untrustedWorkspaces.restrictedConfigurations.toSorted()).toEqual(starting.toSorted());
});

test("every kind of row that a menu asks for is drawn", () => {
  const kinds = new Set<string>(["service.stopped", "service.starting"]);
  const visit = (rows: readonly Row[]): void =>
    rows.forEach((row) => (kinds.add(row.kind), visit(row.children)));
  visit([...servicesOutline(running), ...brokersOutline(running)]);
  const unanswered = (menus["view/item/context"] ?? []).filter(
    ({ when }) => ![...kinds].some((kind) => asksFor(when).test(kind)),
  );
  expect(unanswered).toEqual([]);
});

function asksFor(when: string): RegExp {
  const asked = /viewItem (?:== (\S+)|=~ \/(.*?)\/)/.exec(when);
  return new RegExp(asked?.[2] ?? `^${asked?.[1] ?? "no kind"}$`);
}
