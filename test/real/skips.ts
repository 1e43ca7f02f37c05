/** Runs the suite `real`: tests for which there is no server are skipped, and say so; in CI they fail, but for what is optional. */
import { TestRunner } from "vitest";
import type { RunnerTask, RunnerTestCase, RunnerTestSuite } from "vitest";

export default class SkippingRunner extends TestRunner {
  override onAfterRunTask(test: RunnerTestCase): void {
    skipWhereNotAvailable(test);
    super.onAfterRunTask(test);
  }

  override async onAfterRunSuite(suite: RunnerTestSuite): Promise<void> {
    skipWhereNotAvailable(suite);
    await super.onAfterRunSuite(suite);
  }
}

function skipWhereNotAvailable(task: RunnerTask): void {
  const missing = task.result?.errors?.find(({ name }) => name === "NotAvailable");
  if (!task.result || !missing || (process.env["CI"] && !isOptional(missing))) return;
  console.log(
    `skipped: ${task.file.name}${task.type === "test" ? ` "${task.name}"` : ""}: ${missing.message}`,
  );
  // Further errors are of what could not be stopped either, since it was never started.
  task.result.state = "skip";
  delete task.result.errors;
  task.mode = "skip";
}

const isOptional = (error: object): boolean => "optional" in error && error.optional === true;
