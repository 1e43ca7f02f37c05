/** The package as it is installed: what it needs and does not have. */
import { expect, test } from "vitest";
import { makePublishedProject } from "./fixtures/command-line.ts";

test("runs from dist alone", async () => {
  const run = makePublishedProject().millrace(["run", "app.js"]);
  await run.says(/plain is ready/);
  run.signal("SIGTERM");
  expect(await run.ended).toBe(0);
});

test.each([
  ["nats", "NatsBroker"],
  ["mqtt", "MqttBroker"],
])("a missing client of %s is named with its remedy", async (client, broker) => {
  const project = makePublishedProject();
  project.write(
    "app.ts",
    `import { App } from "millrace";\nimport { ${broker} } from "millrace/${client}";\nexport const app = new App(new ${broker}());\n`,
  );
  const run = project.millrace(["run", "app.ts"]);
  expect(await run.ended).toBe(1);
  expect(run.output.stderr).toBe(
    `millrace run: the package "${client}" is not installed: npm i ${client}\n`,
  );
});

test("the missing workbench is named with its remedy", async () => {
  const run = makePublishedProject().millrace(["dev"]);
  expect(await run.ended).toBe(1);
  expect(run.output.stderr).toBe(
    `millrace dev: millrace dev needs the package "@millrace/workbench", which is not installed: npm i -D @millrace/workbench\n`,
  );
});

test("the workbench of the project is found, given what it needs, and its exit code taken", async () => {
  const project = makePublishedProject();
  project.write(
    "node_modules/@millrace/workbench/package.json",
    JSON.stringify({ type: "module", exports: { "./server": "./server.js" } }),
  );
  project.write(
    "node_modules/@millrace/workbench/server.js",
    `export async function runWorkbench({ folder, run, port, stdout, signal }) {
  stdout.write(JSON.stringify({ folder, run, port }) + "\\n");
  await new Promise((resolve) => {
    const timer = setInterval(() => {}, 1000);
    signal.addEventListener("abort", () => (clearInterval(timer), resolve()));
  });
  return 7;
}
`,
  );
  const run = project.millrace(["dev", "services", "--run", "--port", "8123"]);
  expect(await run.ended).toBe(1);
  expect(run.output.stderr).toMatch(/there is no folder .*services\n$/);
  project.write("services/README.md", "");
  const again = project.millrace(["dev", "services", "--run", "--port", "8123"]);
  const [line] = await again.says(/{.*}/);
  expect(JSON.parse(line)).toEqual({ folder: `${project.folder}/services`, run: true, port: 8123 });
  again.signal("SIGINT");
  expect(await again.ended).toBe(7);
});
