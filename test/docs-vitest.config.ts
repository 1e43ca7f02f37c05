/** For the tests in the documents' code blocks; see docs.test.ts. */
import { defineConfig } from "vitest/config";

const conditions = ["millrace-source", "module", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  // Vitest's own five seconds are few on a busy machine.
  test: { testTimeout: 60_000 },
});
