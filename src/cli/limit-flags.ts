/** The flags for limits of a molecule and for molecules computed at the same time. */
import { Option, type Command } from 'commander';
import { usableCores } from '../supervisor/cores.node.js';
import { numberFrom, wholeFrom } from './arguments.js';

export interface LimitFlags {
  readonly timeLimit: number;
  readonly memoryLimit: number;
  readonly jobs: number;
}

/** Seconds a molecule, as OMEGA's. */
export const DEFAULT_TIME_LIMIT = 120;
/** MB; the largest molecules that are accepted take half of it. */
export const DEFAULT_MEMORY_LIMIT = 3000;

export function addLimitOptions(command: Command): Command {
  return command
    .optionsGroup('Limits:')
    .option(
      '--time-limit <s>',
      'processor time for one molecule, over all threads; what is finished by then is written; 0 for no limit',
      numberFrom(0),
      DEFAULT_TIME_LIMIT,
    )
    .option('--memory-limit <MB>', 'memory of a worker process; 0 for no limit', numberFrom(0), DEFAULT_MEMORY_LIMIT)
    .addOption(
      new Option('--jobs <n>', 'molecules computed at the same time, each in a process of its own')
        .argParser(wholeFrom(1))
        .default(usableCores(), 'one for each core that the command may use'),
    );
}
