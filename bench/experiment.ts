/** An experiment as bench/experiments.ts saves it: what was trained, and the scores of its draws. */
import { existsSync, readFileSync } from 'node:fs';
import type { Cost, Evaluation } from '../src/evaluation/evaluation.js';

export interface Experiment {
  readonly name: string;
  /** The skeleton stage of the configuration, as it was written. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly data: readonly string[];
  readonly reference: string;
  readonly molecules: number;
  readonly workers: number;
  readonly minutes: number;
  readonly steps: number;
  readonly samples: number;
  readonly validationLoss?: number | undefined;
  /** A row for each sampler and number of steps. */
  readonly results: readonly {
    readonly variant: NonNullable<Evaluation['variant']>;
    readonly summary: Evaluation['summary'];
    readonly cost: Cost;
  }[];
}

/** The records of a file of JSON lines; none where there is no such file. */
export function jsonLines<T>(file: string): T[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as T);
}
