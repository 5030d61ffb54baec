/** Tests of the library, the command and the viewer. */
import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Minutes of bad input: npm run test:hostile.
    exclude: [...configDefaults.exclude, 'test/hostile/**'],
    // The default leaves a core idle, which is half of a small machine.
    maxWorkers: '100%',
    // Loading RDKit or a model, or starting the command, takes seconds on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'html', 'lcovonly'] },
    // .ci/run counts from the report.
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: 'runs/test-report.json' }]] : ['default'],
  },
});
