import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { install, makeProject } from "./fixtures/command-line.ts";
import { serviceName } from "./init.ts";
import { brokerNames, serviceFiles, tooling } from "./service-files.ts";

const run = promisify(execFile);
const readJson = (path: string) =>
  JSON.parse(readFileSync(path, "utf8")) as Record<string, Record<string, string>>;

test.each(brokerNames)(
  "a new service on %s type-checks, and its test passes",
  async (broker) => {
    const project = makeProject();
    const made = project.millrace(["init", "billing", "--broker", broker]);
    expect(await made.ended).toBe(0);
    expect(made.output.stdout).toMatch(
      /\nNext:\n {2}npm install --prefix billing\n {2}npm run dev --prefix billing\n$/,
    );

    const folder = join(project.folder, "billing");
    const { dependencies = {}, devDependencies = {} } = readJson(join(folder, "package.json"));
    const companions = ["@millrace/emulator", "@millrace/workbench"];
    install(
      folder,
      Object.keys({ ...dependencies, ...devDependencies }).filter(
        (name) => !companions.includes(name),
      ),
    );
    const [tsc, vitest] = ["typescript/bin/tsc", "vitest/vitest.mjs"].map((path) =>
      join(folder, "node_modules", path),
    );
    await run(process.execPath, [tsc ?? ""], {
      cwd: folder,
    });
    const env = Object.fromEntries(
      Object.entries(process.env).filter(
        ([name]) => !/^(VITEST|NODE_ENV|TEST|MILLRACE)/.test(name),
      ),
    );
    const { stdout } = await run(process.execPath, [vitest ?? "", "run"], {
      cwd: folder,
      env: { ...env, NO_COLOR: "1" },
    });
    expect(stdout).toMatch(/Tests {2}1 passed \(1\)/);
  },
  // The compiler and another vitest, one after the other.
  180_000,
);

test("what exists is not overwritten, but named, and nothing else is written", async () => {
  const project = makeProject();
  project.write("billing/README.md", "ours");
  const made = project.millrace(["init", "billing"]);
  expect(await made.ended).toBe(1);
  expect(made.output.stderr).toBe(
    `millrace init: these files exist and are not overwritten:\n  ${join("billing", "README.md")}\nName another folder: millrace init DIR\n`,
  );
  expect(readFileSync(join(project.folder, "billing", "README.md"), "utf8")).toBe("ours");
  expect(() => readFileSync(join(project.folder, "billing", "package.json"))).toThrow("ENOENT");
});

test("a broker that is not there is said", async () => {
  const made = makeProject().millrace(["init", "billing", "--broker", "nat"]);
  expect(await made.ended).toBe(2);
  expect(made.output.stderr).toMatch(
    /there is no broker "nat": kafka, rabbitmq, nats, redis, mqtt; did you mean nats\?/,
  );
});

test.each([
  ["/shop/billing", "billing"],
  ["/shop/My Service", "my-service"],
  ["/shop/.hidden", "hidden"],
  ["/", "service"],
])("%s becomes the name %s", (folder, name) => {
  expect(serviceName(folder)).toBe(name);
});

test("asks for the versions that the repository is tested with", () => {
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const known = {
    ...readJson(`${root}package.json`)["devDependencies"],
    ...readJson(`${root}runtime/package.json`)["devDependencies"],
  };
  for (const [name, range] of Object.entries(tooling)) expect(known[name]).toBe(range);
  const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };
  expect(serviceFiles("billing", "nats")["package.json"]).toContain(`"millrace": "^${version}"`);
});
