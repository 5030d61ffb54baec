/** Messages between the page and the worker that makes conformers. */
import type { MoleculeErrorCode } from '../../../src/chem/molecule-error.js';
import type { Phase } from '../../../src/network/phase-names.js';
import type { GenerationEvent } from '../../../src/generation/events.js';
import type { GenerationRequest } from './request.js';

export interface StartGenerator {
  readonly kind: 'start';
  readonly rdkitWasm: string;
  /** Addresses of the models; `fast` where the page was built with it. */
  readonly models: { readonly base: string; readonly fast?: string | undefined };
  /** WebAssembly of onnxruntime, without and with WebGPU. */
  readonly ortWasm: string;
  readonly ortWebGpu: string;
  readonly device: 'wasm' | 'auto';
  /** Of the static build (see `unpacked`). */
  readonly version: string | undefined;
}

export interface GenerateRequest extends Omit<GenerationRequest, 'text'> {
  readonly kind: 'generate';
  /** A later request ends an earlier one. */
  readonly id: number;
  readonly smiles: string;
  readonly name: string;
}

/** Ends the run. */
export interface CancelRequest {
  readonly kind: 'cancel';
}

export type GeneratorRequest = StartGenerator | GenerateRequest | CancelRequest;

export type GeneratorAnswer =
  /** The engine runs, the model is read. */
  | {
      readonly kind: 'ready';
      readonly engine: string;
      readonly model: string;
      readonly phases: readonly Phase[];
      /** For the other worker, so that it need not be unpacked twice. */
      readonly rdkitWasm: string | Blob;
    }
  /** The page makes the result from the events, as the library does, so that a run that is stopped keeps what it made. */
  | { readonly kind: 'event'; readonly id: number; readonly event: GenerationEvent }
  | { readonly kind: 'done'; readonly id: number }
  | {
      readonly kind: 'failed';
      readonly id: number | undefined;
      readonly message: string;
      readonly code?: MoleculeErrorCode | undefined;
    };
