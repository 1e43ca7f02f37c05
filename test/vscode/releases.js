/** The VS Codes the extension is tested on: the newest, and the oldest that `engines.vscode` promises. As code-server, VS Code in a browser. */
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * @typedef {object} Release
 * @property {string} name what MILLRACE_VSCODE chooses it by
 * @property {string} vscode
 * @property {string} codeServer
 * @property {string | null} node the Node that runs it; null for the one that runs this
 */

/** @type {readonly Release[]} */
export const releases = [
  { name: "1.139", vscode: "1.139.1", codeServer: "4.139.1", node: "24.21.0" },
  { name: "1.96", vscode: "1.96.4", codeServer: "4.96.4", node: null },
];

/** All, or the one that MILLRACE_VSCODE names. */
export function chosenReleases(name = process.env["MILLRACE_VSCODE"]) {
  const chosen =
    name === undefined || name === ""
      ? releases
      : releases.filter((release) => release.name === name);
  if (chosen.length === 0)
    throw new Error(
      `MILLRACE_VSCODE=${name}: there are ${releases.map((release) => release.name).join(" and ")}`,
    );
  return chosen;
}

/** Where `setup.js` puts it: outside the repository, so that a fresh clone finds it again. @param {Release} release */
export function installFolder(release) {
  const cache =
    process.env["MILLRACE_VSCODE_CACHE"] ?? join(homedir(), ".cache", "millrace-vscode");
  return join(cache, release.codeServer);
}

/** @param {Release} release */
export function nodeOf(release) {
  return release.node === null
    ? process.execPath
    : join(installFolder(release), "node_modules", nodePackage(), "bin", "node");
}

/** @param {Release} release */
export function entryOf(release) {
  return join(installFolder(release), "node_modules", "code-server", "out", "node", "entry.js");
}

/** npm has Node itself, a package for each platform. */
export function nodePackage() {
  return `node-${process.platform}-${process.arch}`;
}
