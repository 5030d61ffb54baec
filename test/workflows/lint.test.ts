/** The workflows as their engines' own checks see them, and what each says of where it has been run. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Job, type IJob } from 'kubernetes-models/batch/v1';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../../', import.meta.url));
const workflows = readdirSync(path.join(root, 'workflows'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
const read = (name: string) => readFileSync(path.join(root, name), 'utf8');

const missing = (program: string): boolean => {
  const isMissing = spawnSync(program, ['--version']).status !== 0;
  if (isMissing) process.stderr.write(`skipped: ${program} is not installed (Debian: apt-get install ${program})\n`);
  return isMissing;
};

describe('the manifest for Kubernetes', () => {
  const manifest = parse(read('workflows/kubernetes/job.yaml')) as IJob;

  it('is valid by the schemas of the API', () => {
    new Job(manifest).validate();
    const { completions, template } = manifest.spec!;
    expect(template.spec?.containers[0]?.args).toContain(`auto/${completions}`);
    const half = structuredClone(manifest);
    half.spec!.completions = 0.5;
    expect(() => new Job(half).validate()).toThrow(/completions must be integer/);
  });

  it('has no key that the API does not know', () => {
    expect(wrongKeys(manifest)).toEqual([]);
    const wrong = structuredClone(manifest);
    Object.assign(wrong.spec!.template.spec!.securityContext!, { runAsNonroot: true });
    expect(wrongKeys(wrong)).toEqual([expect.stringMatching(/"runAsNonroot"' does not exist/)]);
  });
});

/** The schemas let keys pass that they do not name; the types made from them do not. */
function wrongKeys(manifest: unknown): string[] {
  const name = path.join(root, 'test/workflows/manifest.ts');
  const source = `import type { IJob } from 'kubernetes-models/batch/v1';\nexport const job: IJob = ${JSON.stringify(manifest)};`;
  const options: ts.CompilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: true, types: [] },
    ...{ target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext },
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (file, language, ...more) =>
    file === name ? ts.createSourceFile(file, source, language) : getSourceFile(file, language, ...more);
  const program = ts.createProgram([name], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

const scripts = workflows.filter((name) => /\.(sh|sbatch)$/.test(name));
it.each(scripts)('%s is right by bash', (name) => {
  execFileSync('bash', ['-n', name], { cwd: root });
});

it.skipIf(missing('shellcheck'))('shellcheck has nothing to say of the shell scripts', () => {
  const { stdout, status } = spawnSync('shellcheck', scripts, { cwd: root, encoding: 'utf8' });
  expect([stdout, status]).toEqual(['', 0]);
});

it.skipIf(missing('snakemake'))('snakemake has nothing to say of the Snakefile', () => {
  const { stderr, status } = spawnSync(
    'snakemake',
    ['--snakefile', 'workflows/snakemake/Snakefile', '--lint', '--config', 'input=a.smi', 'out=a.sdf.gz'],
    { cwd: root, encoding: 'utf8' },
  );
  expect(status, stderr).toBe(0);
});

it.each(workflows.filter((name) => !name.endsWith('README.md')))('%s says where it has been run', (name) => {
  const first = read(name).split('\n').slice(0, 4).join('\n');
  expect(first).toMatch(/Run by npm run test:workflows|Not (run|built) here|No cluster has run it/);
});
