/** Messages between the page and the worker that makes conformers. */
import type { Structure } from '../../../src/chem/structure.js';
import type { DrawKey } from '../../../src/flow/sampler.js';
import type { FrameEvent } from '../../../src/generation/events.js';
import type { GenerationReport } from '../../../src/generation/finish.js';

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

export interface DeliveredConformer {
  /** The draw whose last frame it is. */
  readonly draw: DrawKey;
  /** The data fields of its record. */
  readonly fields: readonly (readonly [string, string])[];
}

export type GeneratorAnswer =
  /** The engine runs, the model is read. */
  | { readonly kind: 'ready'; readonly engine: string; readonly model: string }
  | { readonly kind: 'molecule'; readonly id: number; readonly structure: Structure; readonly smiles: string }
  | { readonly kind: 'frame'; readonly id: number; readonly event: FrameEvent }
  | {
      readonly kind: 'done';
      readonly id: number;
      readonly conformers: readonly DeliveredConformer[];
      readonly report: GenerationReport;
      readonly seconds: number;
    }
  | { readonly kind: 'failed'; readonly id: number | undefined; readonly message: string };
