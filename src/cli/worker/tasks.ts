/** What the worker process of generate and refine is asked for and sends back, as plain data; and its end in words. */
import type { ConformerRecord } from '../../chem/io/conformer-record.js';
import type { Structure } from '../../chem/structure.js';
import type { GenerationEvent } from '../../generation/events.js';
import type { GenerationResult } from '../../generation/finish.js';
import type { GenerateOptions } from '../../generation/generate.js';
import type { RefineOptions } from '../../generation/refine.js';
import type { RefinedStructure } from '../../generation/refine-structures.js';
import type { Phase } from '../../network/phase-names.js';
import type { Outcome } from '../../supervisor/pool.node.js';

/** A molecule as the input has it: not parsed yet, since parsing, too, may run without end. */
export type MoleculeInput =
  | { readonly kind: 'smiles'; readonly smiles: string; readonly name?: string | undefined }
  | { readonly kind: 'structure'; readonly structure: Structure };

export interface GenerateTask {
  readonly kind: 'generate';
  readonly input: MoleculeInput;
  readonly largestFragment: boolean;
  readonly options: Omit<GenerateOptions, 'signal' | 'observe' | 'shouldStop'>;
  readonly logLikelihood: boolean;
  readonly trajectories: boolean;
  /** Of the command, s: for what is said of a molecule that is cut short. */
  readonly timeLimit: number;
}

export type GenerateEvent =
  /** But for frames. */
  | { readonly kind: 'generation'; readonly event: GenerationEvent }
  /** All conformers; what follows belongs to them, by index. */
  | { readonly kind: 'result'; readonly result: GenerationResult }
  | { readonly kind: 'log-likelihood'; readonly index: number; readonly logLikelihood: number; readonly method: string }
  | { readonly kind: 'trajectory'; readonly index: number; readonly records: readonly ConformerRecord[] }
  /** The time was used up, and less was made for that. */
  | { readonly kind: 'cut-short' };

export interface RefineTask {
  readonly kind: 'refine';
  readonly structures: readonly { readonly structure: Structure; readonly index: number }[];
  readonly options: Omit<RefineOptions, 'signal'>;
}

/** One for each structure, by its position in the task. */
export type RefineEvent =
  | {
      readonly kind: 'refined';
      readonly at: number;
      readonly model: string;
      readonly phase: Phase;
      readonly refined: Omit<RefinedStructure, 'molecule'>;
    }
  | { readonly kind: 'refused'; readonly at: number; readonly message: string; readonly code?: string | undefined };

export type WorkerTask = GenerateTask | RefineTask;
export type WorkerEvent = GenerateEvent | RefineEvent;

/** What is said of a molecule at which worker processes end. */
export const crashMessage = ({ reason }: Extract<Outcome, { kind: 'crashed' }>): string =>
  `it ended the process that worked on it, and another one that tried again: ${reason}`;
