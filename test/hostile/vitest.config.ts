/** Inputs that stop, poison, hang or flood a conformer generator: npm run test:hostile, apart from the quick tests. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/hostile/*.test.ts'],
    maxWorkers: '100%',
    testTimeout: 120_000,
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: 'runs/hostile-report.json' }]] : ['default'],
  },
});
