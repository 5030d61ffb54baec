/** The cores that a process may use, as the control groups of a container and a batch system limit them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { usableCores } from '../../src/supervisor/cores.node.js';

const folder = mkdtempSync(path.join(tmpdir(), 'molflow-cores-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function root(name: string, files: Readonly<Record<string, string>>): string {
  for (const [file, text] of Object.entries(files)) {
    const at = path.join(folder, name, file);
    mkdirSync(path.dirname(at), { recursive: true });
    writeFileSync(at, text);
  }
  return path.join(folder, name);
}

it.each<[string, Record<string, string>, Record<string, string>, number]>([
  ['none', {}, {}, 16],
  ['docker', { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '250000 100000\n' }, {}, 2],
  ['no limit', { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': 'max 100000\n' }, {}, 16],
  ['half a core', { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '50000 100000\n' }, {}, 1],
  [
    'above',
    {
      'proc/self/cgroup': '0::/pod/container\n',
      'sys/fs/cgroup/pod/cpu.max': '300000 100000\n',
      'sys/fs/cgroup/pod/container/cpu.max': 'max 100000\n',
    },
    {},
    3,
  ],
  [
    'version 1',
    {
      'proc/self/cgroup': '9:name=systemd:/\n4:cpu,cpuacct:/a\n',
      'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
      'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      'sys/fs/cgroup/cpu/a/cpu.cfs_quota_us': '400000\n',
      'sys/fs/cgroup/cpu/a/cpu.cfs_period_us': '100000\n',
    },
    {},
    4,
  ],
  ['slurm', {}, { SLURM_CPUS_PER_TASK: '6' }, 6],
])('%s', (name, files, env, expected) => {
  expect(usableCores({ cores: 16, env, root: root(name, files) })).toBe(expected);
});
