/** npm run test:workflows: the files of workflows/, run by the engines that they are for. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/workflows/*.test.ts'], fileParallelism: false, testTimeout: 150_000, hookTimeout: 60_000 },
});
