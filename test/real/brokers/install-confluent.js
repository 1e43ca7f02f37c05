/**
 * Brings Confluent's client for Kafka into a folder outside the repository. It is native, and its binary lies on GitHub;
 * where that is out of reach it is built from the sources in its npm package, which takes some minutes, a C++ compiler,
 * make, Python, and the headers of OpenSSL and zlib (Debian: g++ make python3 libssl-dev zlib1g-dev).
 *
 *   node test/real/brokers/install-confluent.js
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const name = "@confluentinc/kafka-javascript";
const version = "1.10.1";

export function confluentFolder() {
  const cache = process.env["MILLRACE_CI_CACHE"] || join(homedir(), ".cache", "millrace-ci");
  return join(cache, `confluent-kafka-${version}-node-abi-${process.versions.modules}`);
}

function install() {
  const folder = confluentFolder();
  if (!existsSync(folder)) {
    const fresh = `${folder}.${process.pid}`;
    try {
      bring(fresh);
      renameSync(fresh, folder);
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  }
  console.log(`Confluent's client ${version} is in ${folder}`);
}

/** @param {string} folder */
function bring(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }));
  run(
    "npm",
    ["install", "--ignore-scripts", "--no-audit", "--no-fund", `${name}@${version}`],
    folder,
  );
  const within = join(folder, "node_modules", ...name.split("/"));
  const installer = join(folder, "node_modules", "@mapbox", "node-pre-gyp", "bin", "node-pre-gyp");
  if (tried(process.execPath, [installer, "install"], within)) return;
  console.log("its binary cannot be had: building it");
  const headers = resolve(dirname(process.execPath), "..");
  run(process.execPath, [installer, "rebuild", "--build-from-source"], within, {
    // Else it would bring OpenSSL's and others' sources from GitHub. Optimised it would take twice as long.
    CKJS_LINKING: "dynamic",
    WITHOUT_OPTIMIZATION: "y",
    // Its makefile would begin everything at once.
    MAKEFLAGS: `-l${availableParallelism()}`,
    // Node's own headers, which else come from nodejs.org.
    ...(existsSync(join(headers, "include", "node", "node.h"))
      ? { npm_config_nodedir: headers }
      : {}),
  });
  createRequire(join(folder, "package.json"))(name);
}

/** @param {string} command @param {string[]} given @param {string} cwd @param {Record<string, string>} [env] */
function tried(command, given, cwd, env = {}) {
  const { status, stdout, stderr } = spawnSync(command, given, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...env },
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) console.log(`${stdout}${stderr}`.slice(-2000));
  return status === 0;
}

/** @param {string} command @param {string[]} given @param {string} cwd @param {Record<string, string>} [env] */
function run(command, given, cwd, env) {
  if (!tried(command, given, cwd, env)) throw new Error(`${command} ${given.join(" ")} failed`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) install();
