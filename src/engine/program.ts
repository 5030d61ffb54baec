/**
 * A program (a tfjs function with names and shapes of its inputs), and what every engine makes of it. What is @internal
 * is left out of the published types: those of tfjs do not compile in a project without skipLibCheck.
 */
import type { Tensor } from '@tensorflow/tfjs-core';

export type Shape = readonly number[];

export interface Program {
  /** Float32 inputs by name. */
  readonly inputs: Readonly<Record<string, Shape>>;
  /** Values fixed at compile time, float32, row-major: the weights in generation, the features of a graph. */
  readonly constants?: Readonly<Record<string, { readonly shape: Shape; readonly data: Float32Array }>>;
  /** Outputs that a run may skip, with the nodes that only they need. */
  readonly optional?: readonly string[];
  /**
   * An ordinary tfjs function, pure, of inputs and constants by name; `skipOptional` is whether it may leave the optional
   * outputs out.
   * @internal
   */
  readonly build: (
    tensors: Readonly<Record<string, Tensor>>,
    skipOptional: boolean,
  ) => Readonly<Record<string, Tensor>>;
}

/**
 * A program for all sizes, compiled once. `at` must record the same operations for any sizes, and a size may appear in
 * shapes only: take a mean over n atoms as a mean, not as a sum times 1/n.
 */
export interface SizedProgram<Size extends string> {
  /** The sizes by name; every dimension is a product of them and whole numbers. */
  readonly sizes: readonly Size[];
  readonly at: (sizes: Readonly<Record<Size, number>>) => Program;
}

export type Arrays = Readonly<Record<string, Float32Array>>;

export interface CompiledProgram {
  /**
   * Runs the program. `feeds` holds every input, row-major. The outputs are new arrays, which the caller may keep.
   * @throws Error where a feed is missing or its length does not match its shape.
   */
  run(feeds: Arrays): Promise<Record<string, Float32Array>>;
  dispose(): Promise<void>;
}

export interface CompiledSizedProgram<Size extends string> {
  /** As CompiledProgram.run, at these sizes; where `skipOptional`, without the optional outputs. */
  run(
    sizes: Readonly<Record<Size, number>>,
    feeds: Arrays,
    options?: { readonly skipOptional?: boolean },
  ): Promise<Record<string, Float32Array>>;
  dispose(): Promise<void>;
}

/** What computes the network; opened by `openEngine`, and used by way of a generator. */
export interface Engine {
  readonly name: 'onnx' | 'onnx-web' | 'tfjs-node' | 'wasm' | 'torch';
  /** Numbers of all messages of a batch beyond which batches are slower a conformer; where none is given, as the caches of a processor have it. */
  readonly batchNumbers?: number;
  /** Version and device, for messages. */
  readonly description: string;
  /** @internal */
  compile(program: Program): Promise<CompiledProgram>;
  /** @internal */
  compileSized<Size extends string>(program: SizedProgram<Size>): Promise<CompiledSizedProgram<Size>>;
}

/**
 * `compile` of an engine in terms of its `compileSized`: a program without open sizes.
 * @internal
 */
export function compileFixed(compileSized: Engine['compileSized']): Engine['compile'] {
  return async (program) => {
    const { run, dispose } = await compileSized({ sizes: [], at: () => program });
    return { run: (feeds) => run({}, feeds), dispose };
  };
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, d) => product * d, 1);
}

/** @throws Error with the input's name, the length that arrived and the shape that was expected. */
export function checkFeeds(inputs: Readonly<Record<string, Shape>>, feeds: Arrays): void {
  for (const [name, shape] of Object.entries(inputs)) {
    const data = feeds[name];
    if (!data) throw new Error(`input '${name}' is missing; expected a Float32Array of shape [${shape.join(', ')}]`);
    if (data.length !== sizeOf(shape))
      throw new Error(
        `input '${name}' has ${data.length} values; expected ${sizeOf(shape)}, shape [${shape.join(', ')}]`,
      );
  }
}
