/** The part of a library that one of several runs makes: every n-th molecule. */

export interface Shard {
  /** From 1. */
  readonly number: number;
  readonly count: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `3/10`; `auto/10` with the number from the batch system, `auto` with the count, too.
 * @throws RangeError where the text is none of these, or the batch system does not say what is asked for
 */
export function shardOf(text: string, env: Environment = process.env): Shard {
  const [, number, count] = /^(auto|\d+)(?:\/(\d+))?$/.exec(text) ?? [];
  if (number === undefined || (number !== 'auto' && count === undefined))
    throw new RangeError('expected i/n such as 3/10, auto/n or auto');
  if (number !== 'auto') return checked({ number: Number(number), count: Number(count) });
  const task = taskOf(env, count === undefined ? undefined : Number(count));
  if (task.count === undefined)
    throw new RangeError(`${task.name} does not say how many there are; give the number, as auto/10`);
  return checked({ number: task.number, count: task.count });
}

/** The number of the task that this process is, from 1. */
function taskOf(
  env: Environment,
  count: number | undefined,
): { readonly name: string; readonly number: number; readonly count: number | undefined } {
  const value = (name: string): number | undefined => (/^\d+$/.test(env[name] ?? '') ? Number(env[name]) : undefined);
  const slurm = value('SLURM_ARRAY_TASK_ID');
  if (slurm !== undefined) {
    const first = value('SLURM_ARRAY_TASK_MIN') ?? 1;
    const tasks = value('SLURM_ARRAY_TASK_COUNT');
    // Some tasks of an array that are run again are an array of their own, which does not know of the others.
    if (count !== undefined) return { name: 'Slurm', number: slurm, count };
    if (first > 1 || value('SLURM_ARRAY_TASK_MAX') !== first + (tasks ?? 0) - 1)
      throw new RangeError(
        'this array of Slurm is not numbered 0 to n − 1 or 1 to n; give the number of shards, as auto/10, and number the array from 1',
      );
    return { name: 'Slurm', number: slurm - first + 1, count: tasks };
  }
  const kubernetes = value('JOB_COMPLETION_INDEX');
  if (kubernetes !== undefined) return { name: 'Kubernetes', number: kubernetes + 1, count };
  const batch = value('AWS_BATCH_JOB_ARRAY_INDEX');
  if (batch !== undefined)
    return { name: 'AWS Batch', number: batch + 1, count: count ?? value('AWS_BATCH_JOB_ARRAY_SIZE') };
  throw new RangeError(
    'auto needs SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX or AWS_BATCH_JOB_ARRAY_INDEX, and none is set',
  );
}

function checked(shard: Shard): Shard {
  if (shard.number < 1 || shard.number > shard.count)
    throw new RangeError(`expected a number from 1 to ${shard.count}; ${shard.number} arrived`);
  return shard;
}

/** Whether molecule `index`, from 0, belongs to it. */
export const isInShard = (index: number, shard: Shard | undefined): boolean =>
  shard === undefined || index % shard.count === shard.number - 1;
