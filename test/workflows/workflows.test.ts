/**
 * The workflows as they stand in workflows/, run by their engines: a task killed in the middle loses nothing, and the joined
 * file has the bytes of one undisturbed process. Skipped with a message where an engine is not installed.
 */
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { cpus, hostname, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = path.join(root, 'dist/cli/main.js');
const folder = mkdtempSync(path.join(tmpdir(), 'molflow-workflows-'));
const file = (name: string) => path.join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const has = (...programs: string[]) => programs.every((program) => spawnSync('which', [program]).status === 0);

const SHARDS = 3;
const FLAGS = '--fast -n 2';

function run(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; said: string }> {
  return new Promise((resolve) =>
    execFile(program, args, { cwd: folder, env: { ...process.env, MOLFLOW: MAIN, ...env } }, (error, out, err) =>
      resolve({ code: error ? ((error.code as number | undefined) ?? -1) : 0, said: out + err }),
    ),
  );
}

/** Waits until a shard has written its first molecules, and kills its process and all below it as a dying node does. */
async function killOne(parts: string): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 5) {
    const locks = existsSync(parts) ? readdirSync(parts).filter((name) => /^part-\d+\.sdf\.gz\.lock$/.test(name)) : [];
    for (const lock of locks) {
      const journal = path.join(parts, lock.replace('.lock', '.journal'));
      if (!existsSync(journal) || readFileSync(journal, 'utf8').split('\n').length < 4) continue;
      const { pid } = JSON.parse(readFileSync(path.join(parts, lock), 'utf8')) as { pid: number };
      const guard = Number(/PPid:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
      for (const one of [guard, pid]) process.kill(one, 'SIGKILL');
      return;
    }
    await sleep(5);
  }
  throw new Error(`no shard in ${parts} has written anything in a minute`);
}

const joined = (name: string) => readFileSync(file(name)).equals(readFileSync(file('whole.sdf.gz')));

describe('a library of which one task is killed', () => {
  beforeAll(async () => {
    const smiles = Array.from(
      { length: 24 },
      (_, i) => `${'C'.repeat(2 + (i % 5))}${['O', 'N', 'C(=O)O'][i % 3]} m${i}`,
    );
    smiles[7] = 'C1CC broken';
    writeFileSync(file('library.smi'), `${smiles.join('\n')}\n`);
    const args = ['generate', '--input', 'library.smi', '--out', 'whole.sdf.gz', '--quiet', '--allow-failures'];
    expect((await run(process.execPath, [MAIN, ...args, ...FLAGS.split(' ')])).code).toBe(0);
  });

  it.skipIf(!has('parallel'))('GNU parallel', async () => {
    const script = path.join(root, 'workflows/parallel/library.sh');
    const running = run('bash', [script, 'library.smi', 'parallel.sdf.gz', String(SHARDS), ...FLAGS.split(' ')]);
    await killOne(file('parallel.sdf.gz.parts'));
    const { code, said } = await running;
    expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/24 molecules of 3 shards/) });
    expect(joined('parallel.sdf.gz')).toBe(true);
  });

  it.skipIf(!has('snakemake'))('Snakemake', async () => {
    const running = run('snakemake', [
      ...['--snakefile', path.join(root, 'workflows/snakemake/Snakefile'), '--cores', '2', '--nocolor'],
      ...['--config', 'input=library.smi', 'out=snakemake.sdf.gz', `shards=${SHARDS}`, `flags=${FLAGS}`],
      `molflow=${MAIN}`,
    ]);
    await killOne(file('snakemake.sdf.gz.parts'));
    const { code, said } = await running;
    expect(code, said).toBe(0);
    expect(said).toMatch(/Trying to restart job|Error in rule shard/);
    expect(joined('snakemake.sdf.gz')).toBe(true);
  });

  it.skipIf(!has('slurmctld', 'slurmd', 'munged'))('Slurm', async () => {
    const slurm = await startSlurm();
    try {
      const env = {
        SLURM_CONF: slurm.config,
        INPUT: file('library.smi'),
        PARTS: file('slurm'),
        SHARDS: String(SHARDS),
        OUT: file('slurm.sdf.gz'),
        FLAGS,
      };
      const fit = ['--parsable', '--cpus-per-task=1', '--mem=1000', '--output', file('slurm-%a.log')];
      const batch = (name: string) => path.join(root, 'workflows/slurm', name);
      const first = await run('sbatch', [...fit, `--array=1-${SHARDS}%2`, batch('library.sbatch')], env);
      expect(first.code, first.said).toBe(0);
      await killOne(env.PARTS);
      await slurm.idle();
      // The task that was killed is run again by its number alone.
      const lacking = Array.from({ length: SHARDS }, (_, i) => i + 1).filter(
        (shard) => !existsSync(path.join(env.PARTS, `part-${shard}.sdf.gz`)),
      );
      expect(lacking).toHaveLength(1);
      const again = await run('sbatch', [...fit, `--array=${lacking[0]}`, batch('library.sbatch')], env);
      const merge = await run(
        'sbatch',
        [...fit, `--dependency=afterok:${again.said.trim()}`, batch('merge.sbatch')],
        env,
      );
      expect(merge.code, merge.said).toBe(0);
      await slurm.idle();
      expect(
        existsSync(env.OUT),
        readdirSync(folder)
          .filter((name) => name.endsWith('.log'))
          .map((name) => readFileSync(file(name), 'utf8'))
          .join('\n'),
      ).toBe(true);
      expect(joined('slurm.sdf.gz')).toBe(true);
    } finally {
      slurm.stop();
    }
  });
});

/** A cluster of this machine alone: the controller, the daemon of the node, and munge for their words to each other. */
async function startSlurm() {
  const at = (name: string) => path.join(folder, 'cluster', name);
  for (const name of ['state', 'spool', 'munge']) mkdirSync(at(name), { recursive: true });
  const user = userInfo().username;
  const host = hostname().split('.')[0];
  writeFileSync(at('munge.key'), Buffer.alloc(1024, 'molflow'), { mode: 0o400 });
  chmodSync(at('munge'), 0o755);
  writeFileSync(
    at('slurm.conf'),
    `${[
      'ClusterName=test',
      `SlurmctldHost=${host}(127.0.0.1)`,
      'SlurmctldPort=26817',
      'SlurmdPort=26818',
      `SlurmUser=${user}`,
      'AuthType=auth/munge',
      `AuthInfo=socket=${at('munge/socket')}`,
      `StateSaveLocation=${at('state')}`,
      `SlurmdSpoolDir=${at('spool')}`,
      `SlurmctldPidFile=${at('slurmctld.pid')}`,
      `SlurmdPidFile=${at('slurmd.pid')}`,
      'ProctrackType=proctrack/linuxproc',
      'TaskPlugin=task/none',
      'SelectType=select/cons_tres',
      'SelectTypeParameters=CR_Core',
      'SchedulerParameters=sched_interval=1,bf_interval=1',
      'MpiDefault=none',
      'ReturnToService=2',
      'SwitchType=switch/none',
      `NodeName=${host} NodeAddr=127.0.0.1 CPUs=${cpus().length} RealMemory=4000 State=UNKNOWN`,
      `PartitionName=main Nodes=${host} Default=YES MaxTime=INFINITE State=UP`,
    ].join('\n')}\n`,
  );
  const config = at('slurm.conf');
  const daemons: ChildProcess[] = [];
  const start = (program: string, ...args: string[]) =>
    daemons.push(spawn(program, args, { stdio: 'ignore', env: { ...process.env, SLURM_CONF: config } }));
  start(
    'munged',
    '--foreground',
    '--force',
    '--socket',
    at('munge/socket'),
    '--key-file',
    at('munge.key'),
    '--pid-file',
    at('munge/pid'),
    '--log-file',
    at('munge/log'),
    '--seed-file',
    at('munge/seed'),
  );
  while (!existsSync(at('munge/socket'))) await sleep(20);
  start('slurmctld', '-D', '-f', config, '-L', at('slurmctld.log'));
  start('slurmd', '-D', '-f', config, '-L', at('slurmd.log'), '-N', host);
  const idle = async () => {
    for (let waited = 0; waited < 120; waited++) {
      const { code, said } = await run('squeue', ['--noheader'], { SLURM_CONF: config });
      if (code === 0 && said.trim() === '') return;
      await sleep(500);
    }
    throw new Error(
      `Slurm has not ended its jobs in a minute: ${readFileSync(at('slurmctld.log'), 'utf8').slice(-2000)}`,
    );
  };
  await idle();
  return { config, idle, stop: () => daemons.reverse().forEach((daemon) => daemon.kill('SIGKILL')) };
}
