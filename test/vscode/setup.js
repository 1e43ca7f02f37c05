/**
 * Installs the VS Codes of releases.js, from npm alone: `node test/vscode/setup.js`. Once; after that it returns at once.
 * Linux and macOS, with python3, make and a C++ compiler; half a minute and 400 MB for each.
 *
 * code-server's own install script builds and downloads what no test of an extension needs (and fails where Kerberos has no
 * headers), so nothing runs scripts here, and the few native modules that the server loads at start are built by name.
 */
import { execFile } from "node:child_process";
import { access, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { chosenReleases, entryOf, installFolder, nodeOf, nodePackage } from "./releases.js";

const run = promisify(execFile);

/** Counted up when the steps below change. */
const recipe = 1;

/**
 * What each release needs besides `npm install --ignore-scripts code-server`.
 * @type {Record<string, Record<"without" | "extensionsWithout" | "instead" | "server" | "build", string[]>>}
 */
const steps = {
  1.139: {
    /** Login proxies, Windows, and the AI features: 300 MB. */
    without: [
      "@github/copilot-sdk",
      "@microsoft/mxc-sdk",
      "@devcontainers/cli",
      "@vscode/sandbox-runtime",
      "@vscode/sqlite3",
      "@vscode/windows-process-tree",
      "@vscode/windows-registry",
      "kerberos",
      "ssh2",
    ],
    extensionsWithout: ["copilot", "mermaid-markdown-features"],
    instead: [],
    server: [],
    build: ["@vscode/spdlog", "@vscode/native-watchdog", "@vscode/deviceid", "@vscode/fs-copyfile"],
  },
  1.96: {
    /** proxy-agent is locked to a git address and ripgrep downloads its program; npm has the one's release and a package with the other's programs. */
    without: [
      "@vscode/proxy-agent",
      "kerberos",
      "@vscode/windows-process-tree",
      "@vscode/windows-registry",
    ],
    extensionsWithout: [],
    instead: ["@vscode/proxy-agent@0.27.0", "@vscode/ripgrep-universal@1.18.0"],
    server: ["argon2"],
    build: ["@vscode/spdlog", "@vscode/deviceid", "native-watchdog", "node-pty"],
  },
};

for (const release of chosenReleases(process.argv[2])) {
  const started = Date.now();
  const done = await install(release);
  console.log(
    `VS Code ${release.vscode}: ${done ? `installed in ${Math.round((Date.now() - started) / 1000)} s` : "there"} (${installFolder(release)})`,
  );
}

/** @param {import("./releases.js").Release} release */
async function install(release) {
  const folder = installFolder(release);
  const stamp = join(folder, `.ready-${recipe}-node-${release.node ?? process.version}`);
  if (await exists(stamp)) return false;
  const step = steps[release.name];
  if (step === undefined)
    throw new Error(`setup.js does not know how to install VS Code ${release.vscode}`);

  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "private": true }\n');
  const npm = npmIn(release);
  await npm(
    folder,
    "install",
    "--ignore-scripts",
    `code-server@${release.codeServer}`,
    ...(release.node === null ? [] : [`${nodePackage()}@${release.node}`]),
  );
  if (step.server.length > 0) await npm(folder, "rebuild", "--build-from-source", ...step.server);

  const vscode = join(folder, "node_modules", "code-server", "lib", "vscode");
  for (const name of step.extensionsWithout)
    await rm(join(vscode, "extensions", name), { recursive: true, force: true });
  await npm(vscode, "pkg", "delete", ...step.without.map((name) => `dependencies.${name}`));
  await npm(vscode, "install", "--omit=dev", "--ignore-scripts", ...step.instead);
  await npm(join(vscode, "extensions"), "install", "--omit=dev", "--ignore-scripts");
  await npm(vscode, "rebuild", ...step.build);
  await placeRipgrep(vscode);

  await run(nodeOf(release), [entryOf(release), "--version"]);
  await writeFile(stamp, "");
  return true;
}

/** npm on the Node that will run the server, so that native modules are built for it and with its headers. @param {import("./releases.js").Release} release */
function npmIn(release) {
  const home = dirname(dirname(nodeOf(release)));
  const settings = {
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_update_notifier: "false",
    npm_config_loglevel: "error",
    // Unoptimised, spdlog compiles in two thirds of the time.
    CXXFLAGS: "-O0",
  };
  return async (/** @type {string} */ cwd, /** @type {string[]} */ ...args) => {
    // The chosen Node has no headers of its own until its package is there, and none are needed before.
    const own =
      release.node !== null && (await exists(home))
        ? {
            npm_config_nodedir: home,
            PATH: `${join(home, "bin")}${delimiter}${process.env["PATH"]}`,
          }
        : {};
    await run("npm", args, {
      cwd,
      env: { ...process.env, ...settings, ...own },
      maxBuffer: 1 << 26,
    });
  };
}

/** ripgrep's programs for all platforms come in one package: 1.96 wants ours in another place, and the others are dead weight. @param {string} vscode */
async function placeRipgrep(vscode) {
  const universal = join(vscode, "node_modules", "@vscode", "ripgrep-universal");
  const ours = `${process.platform}-${process.arch}`;
  if (await exists(join(vscode, "node_modules", "@vscode", "ripgrep"))) {
    const bin = join(vscode, "node_modules", "@vscode", "ripgrep", "bin");
    await mkdir(bin, { recursive: true });
    await rename(join(universal, "bin", ours, "rg"), join(bin, "rg"));
    return rm(universal, { recursive: true });
  }
  const others = (await readdir(join(universal, "bin"))).filter((name) => name !== ours);
  await Promise.all(others.map((name) => rm(join(universal, "bin", name), { recursive: true })));
}

/** @param {string} path */
function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}
