/** The flags for runs over libraries: an account of every molecule, parts, an end in time, and what a failure is. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { shardOf } from './shard.js';

export interface LibraryFlags extends EndFlags {
  readonly status?: string;
  /** As `3/10`: resolved. */
  readonly shard?: string;
}

export interface EndFlags {
  /** Seconds. */
  readonly walltime?: number;
  readonly allowFailures?: boolean;
}

export function addLibraryOptions(command: Command): Command {
  command.option('--status <file>', 'a table of what became of each molecule: .csv, also .gz', csvName);
  return addEndOptions(command.addOption(shardOption()));
}

export const shardOption = (): Option =>
  new Option(
    '--shard <i/n>',
    'only molecules i, i + n, …; auto/n takes i, auto takes both from a Slurm array, a Kubernetes Indexed Job or AWS Batch; molflow merge joins the parts',
  ).argParser((text) => {
    try {
      const { number, count } = shardOf(text);
      return `${number}/${count}`;
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  });

export function addEndOptions(command: Command): Command {
  return command
    .option(
      '--walltime <time>',
      'end in good order before this time is over, s or [[d-]h:]m:s; code 75 then, and --resume goes on',
      secondsOf,
    )
    .option('--allow-failures', 'code 0 although molecules failed, for workflow engines');
}

/** Other tables than CSV are not written; devices and pipes have names of any kind. */
function csvName(name: string): string {
  if (/\.parquet$/i.test(name))
    throw new InvalidArgumentError('it grows with the run, so it is .csv; pandas, Polars and DuckDB read that, too');
  if (!/(^-|\.csv(\.gz|\.zst)?)$|^\/dev\//i.test(name)) throw new InvalidArgumentError('expected .csv or .csv.gz');
  return name;
}

/** `3600`, `1:00:00`, `2-00:00:00`. */
function secondsOf(text: string): number {
  const [, days = '0', hours = '0', minutes = '0', seconds] =
    /^(?:(?:(?:(\d+)-)?(\d+):)?(\d+):)?(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  const time = 86400 * Number(days) + 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds);
  if (!(time > 0)) throw new InvalidArgumentError('expected seconds or [[days-]hours:]minutes:seconds');
  return time;
}
