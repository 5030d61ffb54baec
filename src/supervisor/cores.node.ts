/** How many cores this process may use: the machine's, its affinity, its container's share, and the batch system's. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';

export interface CoreSources {
  readonly cores?: number | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Where /proc and /sys are. */
  readonly root?: string | undefined;
}

/**
 * The least of: the cores that the system schedules this process on, the processor time that its control group has
 * (`cpu.max`, or `cpu.cfs_quota_us` of version 1, also of the groups above), rounded down, and SLURM_CPUS_PER_TASK,
 * since not every Slurm binds tasks to their cores. At least one.
 */
export function usableCores({
  cores = availableParallelism(),
  env = process.env,
  root = '/',
}: CoreSources = {}): number {
  const slurm = Number(env['SLURM_CPUS_PER_TASK']);
  return Math.max(1, Math.floor(Math.min(cores, slurm > 0 ? slurm : Infinity, ...quotas(root))));
}

/** Processor time of the control groups around this process, in cores; Infinity where one has no limit. */
function quotas(root: string): number[] {
  const groups = textOf(path.join(root, 'proc/self/cgroup')) ?? '';
  return groups.split('\n').flatMap((line) => {
    const [, controllers, group] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || group === undefined) return [];
    if (controllers === '') return levels(group).map((level) => quotaOf(root, ['sys/fs/cgroup', level, 'cpu.max']));
    if (!controllers.split(',').includes('cpu')) return [];
    return levels(group).map((level) => {
      const quota = quotaOf(root, ['sys/fs/cgroup/cpu', level, 'cpu.cfs_quota_us']);
      return quota === Infinity ? quota : quota / quotaOf(root, ['sys/fs/cgroup/cpu', level, 'cpu.cfs_period_us']);
    });
  });
}

/** A group and those above it. In a container the path may be that of the host: then the root is the container's own. */
const levels = (group: string): string[] =>
  group
    .split('/')
    .filter((part) => part !== '' && part !== '..')
    .reduce((above, part) => [...above, `${above.at(-1)}/${part}`], ['']);

/** `max 100000` or `200000 100000`, and numbers alone; Infinity for none, −1 or no file. */
function quotaOf(root: string, place: readonly string[]): number {
  const [quota, period = '1'] = (textOf(path.join(root, ...place)) ?? 'max').trim().split(/\s+/);
  const cores = Number(quota) / Number(period);
  return cores > 0 ? cores : Infinity;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
