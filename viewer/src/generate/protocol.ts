/** Messages between the page and the worker that makes conformers. */
import type { Structure } from '../../../src/chem/structure.js';
import type { DrawKey } from '../../../src/flow/sampler.js';

export interface StartGenerator {
  readonly kind: 'start';
  readonly rdkitWasm: string;
  readonly model: string;
  /** WebAssembly of onnxruntime, without and with WebGPU. */
  readonly ortWasm: string;
  readonly ortWebGpu: string;
}

export interface GenerateRequest {
  readonly kind: 'generate';
  /** A later request takes the place of an earlier one that is not done. */
  readonly id: number;
  readonly smiles: string;
  readonly name: string;
  readonly count: number;
  readonly seed: number;
}

/** Ends what is being made. */
export interface CancelRequest {
  readonly kind: 'cancel';
}

export type GeneratorRequest = StartGenerator | GenerateRequest | CancelRequest;

/** What a finished conformer turned out to be. */
export interface Verdict {
  readonly stereoRight: boolean;
  readonly geometryRight: boolean;
  /** Whether it is another shape than those before it. */
  readonly distinct: boolean;
  /** With the seed and the model, this names the conformer for good. */
  readonly key: DrawKey;
}

export type GeneratorAnswer =
  /** The engine runs, the model is read. */
  | { readonly kind: 'ready'; readonly engine: string; readonly model: string }
  | { readonly kind: 'molecule'; readonly id: number; readonly structure: Structure; readonly smiles: string }
  /** One moment of some conformers. A conformer drawn again starts over with a first frame. */
  | {
      readonly kind: 'frame';
      readonly id: number;
      readonly conformers: readonly number[];
      readonly first: boolean;
      readonly stage: 'skeleton' | 'hydrogens';
      readonly t: number;
      /** One [n,3] for each of `conformers`, Å. */
      readonly coordinates: readonly Float32Array[];
      /** Root mean square of |v| for each, Å per unit of flow time. */
      readonly speeds?: readonly number[] | undefined;
    }
  | {
      readonly kind: 'done';
      readonly id: number;
      readonly verdicts: readonly Verdict[];
      readonly seconds: number;
      readonly model: string;
    }
  | { readonly kind: 'failed'; readonly id: number | undefined; readonly message: string };
