/** A VS Code server of its own: free port, own settings, extensions and home, gone without a trace after the tests. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { entryOf, installFolder, nodeOf, type Release } from "./releases.js";

export interface CodeServerOptions {
  readonly release: Release;
  /** The .vsix to install, as a user would. */
  readonly vsix?: string;
  /** Laid over `quiet`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** What the extension host finds in its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Lets a page name an extension under development and tests to run in the extension host. No toasts are shown then. */
  readonly inHost?: boolean;
  /** Whether VS Code asks for trust before it lets a workspace run things. */
  readonly trust?: boolean;
}

/** Nothing pops up by itself, and nothing goes out to the network. */
const quiet = {
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.enableExperiments": false,
  "workbench.tips.enabled": false,
  "workbench.reduceMotion": "on",
  "chat.disableAIFeatures": true,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "update.showReleaseNotes": false,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "git.enabled": false,
  "remote.autoForwardPorts": false,
  "typescript.disableAutomaticTypeAcquisition": true,
  "security.workspace.trust.startupPrompt": "never",
  "security.workspace.trust.banner": "never",
  // Light or dark is then what the browser asks for.
  "window.autoDetectColorScheme": true,
  "workbench.preferredLightColorTheme": "Default Light Modern",
  "workbench.preferredDarkColorTheme": "Default Dark Modern",
};

export class CodeServer implements AsyncDisposable {
  /** `127.0.0.1:40123` */
  readonly authority: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(authority: string, child: ChildProcess, folder: string) {
    this.authority = authority;
    this.#child = child;
    this.#folder = folder;
  }

  static async start(options: CodeServerOptions): Promise<CodeServer> {
    const { release } = options;
    const folder = await mkdtemp(join(tmpdir(), "millrace-vscode-"));
    const userData = join(folder, "user-data");
    await mkdir(join(userData, "User"), { recursive: true });
    await mkdir(join(folder, "tmp"));
    await writeFile(join(folder, "config.yaml"), "auth: none\n");
    await writeFile(
      join(userData, "User", "settings.json"),
      JSON.stringify({ ...quiet, ...options.settings }),
    );
    const places = [
      "--config",
      join(folder, "config.yaml"),
      "--user-data-dir",
      userData,
      "--extensions-dir",
      join(folder, "extensions"),
    ];
    const env = environment(folder, options.env);
    if (options.vsix !== undefined)
      await promisify(execFile)(
        nodeOf(release),
        [entryOf(release), ...places, "--install-extension", options.vsix],
        { env },
      );
    const child = spawn(nodeOf(release), [entryOf(release), ...places, ...flags(options)], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
      // A process group, so that extension hosts and language servers end with it.
      detached: true,
    });
    return new CodeServer(await listening(child, release), child, folder);
  }

  /** The address by which the workbench names a file of this machine. */
  uri(file: string): string {
    return `vscode-remote://${this.authority}${file}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { pid } = this.#child;
    if (pid !== undefined) await endGroup(pid);
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function environment(
  folder: string,
  more: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  // Nothing of the VS Code, desktop or test runner that this runs in.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VSCODE_|XDG_|VITEST|NODE_OPTIONS$|NODE_ENV$|MILLRACE_|TEST_)/.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    HOME: folder,
    TMPDIR: join(folder, "tmp"),
    EXTENSIONS_GALLERY: "{}",
    ...more,
  };
}

function flags({ release, inHost = false, trust = false }: CodeServerOptions): string[] {
  const common = [
    "--auth",
    "none",
    "--bind-addr",
    "127.0.0.1:0",
    "--disable-telemetry",
    "--disable-update-check",
    "--disable-getting-started-override",
    "--ignore-last-opened",
  ];
  if (!trust) common.push("--disable-workspace-trust");
  // What 4.96 does not know: ending by itself should the tests die, no experiments, no login shell to read an environment from.
  const recent = [
    "--idle-timeout-seconds",
    "300",
    "--vscode-option",
    "disable-experiments",
    "--vscode-option",
    "force-disable-user-env",
  ];
  const driver = ["--vscode-option", "enable-smoke-test-driver"];
  return release.name === "1.96" ? common : [...common, ...recent, ...(inHost ? driver : [])];
}

async function listening(child: ChildProcess, release: Release): Promise<string> {
  let log = "";
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      log += chunk.toString();
      const port = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(log)?.[1];
      if (port !== undefined) resolve(`127.0.0.1:${port}`);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", (cause) =>
      reject(
        new Error(`No VS Code in ${installFolder(release)}: run node test/vscode/setup.js first`, {
          cause,
        }),
      ),
    );
    child.once("exit", (code) =>
      reject(
        new Error(
          `VS Code ended with code ${code} before it listened (is it installed? node test/vscode/setup.js):\n${log}`,
        ),
      ),
    );
  });
}

async function endGroup(pid: number): Promise<void> {
  const patience = Date.now() + 5_000;
  signal(pid, "SIGTERM");
  while (signal(pid, 0)) {
    if (Date.now() > patience) signal(pid, "SIGKILL");
    await pause(50);
  }
}

/** Whether anyone was left in the group to hear it. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, name);
  } catch {
    return false;
  }
}
