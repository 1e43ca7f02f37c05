/** Four suites by file name: unit (*.test.ts, no broker, browser or network), real, browser and vscode (*.<suite>.test.ts). */
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const conditions = ["millrace-source", "module", "node", "development|production"];
/** Fixtures may have tests of their own: they are read, not run. */
const never = ["**/node_modules/**", "**/fixtures/**", "**/dist/**", "**/output/**"];
const slow = ["real", "browser", "vscode"] as const;

export default defineConfig({
  test: {
    // Many tests wait for processes of their own: one more worker than there are cores keeps these busy.
    maxWorkers: availableParallelism() + 1,
    reporters: ["default", "./test/reporter.ts"],
    projects: [
      project(
        "unit",
        [
          "{runtime,emulator,workbench,webview,extension}/src/**/*.test.{ts,tsx}",
          "test/**/*.test.ts",
          "examples/**/*.test.ts",
        ],
        {
          exclude: [...never, ...slow.map((suite) => `**/*.${suite}.test.ts`)],
          // What starts processes may take long on a busy machine; nothing waits for a limit to pass.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      ),
      ...slow.map((suite) =>
        project(suite, [`**/*.${suite}.test.ts`], {
          exclude: never,
          testTimeout: 120_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 90_000 } },
          ...(suite === "real"
            ? {
                globalSetup: "./test/real/brokers/shared.ts",
                runner: "./test/real/skips.ts",
                // Half of the time goes by in waiting: for brokers that start, sessions that end.
                maxWorkers: 2,
                // Not with the others, which have other numbers of workers.
                sequence: { groupOrder: 1 },
              }
            : { fileParallelism: false }),
        }),
      ),
    ],
  },
});

function project(name: string, include: string[], options: object) {
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: conditions } },
    // A second, the default, is little on a busy machine.
    test: { name, include, expect: { poll: { timeout: 30_000 } }, ...options },
  };
}
