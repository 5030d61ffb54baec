/** Tests of the library, the command and the viewer. */
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest, first: begun last, one of them would run alone. The viewer is built by whoever comes first. */
const LONGEST = [
  'test/cli/generate',
  'test/viewer/',
  'test/cli/',
  'test/training/',
  'test/engine/torch',
  'test/generation/generate',
  'test/python/',
  'test/evaluation/',
];
const rank = ({ moduleId }: TestSpecification): number => {
  const at = LONGEST.findIndex((start) => moduleId.includes(`/${start}`));
  return at < 0 ? LONGEST.length : at;
};
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Minutes of bad input: npm run test:hostile. Engines of workflows: npm run test:workflows.
    exclude: [...configDefaults.exclude, 'test/hostile/**', 'test/workflows/**'],
    // The default leaves a core idle, which is half of a small machine.
    maxWorkers: '100%',
    // One file after another in a process that has RDKit and the network loaded already: a quarter less work.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // Loading RDKit or a model, or starting the command, takes seconds, and on a busy machine a minute.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'html', 'lcovonly'] },
    // .ci/run counts from the report.
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: 'runs/test-report.json' }]] : ['default'],
  },
});
