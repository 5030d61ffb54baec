/** A program: a tfjs function with the names and shapes of what goes in; and what every engine makes of it. */
import type { Tensor } from '@tensorflow/tfjs-core';

export type Shape = readonly number[];

export interface Program {
  /** Float32 inputs by name. */
  readonly inputs: Readonly<Record<string, Shape>>;
  /** Values known now, float32, row-major: weights at generation, features of a graph. */
  readonly constants?: Readonly<Record<string, { readonly shape: Shape; readonly data: Float32Array }>>;
  /** Outputs that a brief run goes without, and without what they alone need. */
  readonly optional?: readonly string[];
  /** An ordinary tfjs function, pure, of inputs and constants by name; `brief` is whether it may leave the optional outputs out. */
  readonly build: (tensors: Readonly<Record<string, Tensor>>, brief: boolean) => Readonly<Record<string, Tensor>>;
}

/**
 * A program for all sizes, compiled once. Whatever the sizes, `at` must record the same operations, and sizes may enter
 * them as shapes alone: a mean over n atoms is a mean, and not a sum times 1/n.
 */
export interface SizedProgram<Size extends string> {
  /** What shapes are made of, as products with whole numbers. */
  readonly sizes: readonly Size[];
  readonly at: (sizes: Readonly<Record<Size, number>>) => Program;
}

export type Arrays = Readonly<Record<string, Float32Array>>;

export interface CompiledProgram {
  /**
   * Runs once. Feeds hold every input, row-major; the outputs are fresh arrays that the caller may keep.
   * @throws Error where a feed is missing or has another length than its shape says.
   */
  run(feeds: Arrays): Promise<Record<string, Float32Array>>;
  dispose(): Promise<void>;
}

export interface CompiledSizedProgram<Size extends string> {
  /** As CompiledProgram.run, at these sizes; where `brief`, without the optional outputs. */
  run(
    sizes: Readonly<Record<Size, number>>,
    feeds: Arrays,
    options?: { readonly brief?: boolean },
  ): Promise<Record<string, Float32Array>>;
  dispose(): Promise<void>;
}

export interface Engine {
  readonly name: 'onnx' | 'onnx-web' | 'tfjs-node' | 'wasm';
  /** What it runs on, for people: version and device. */
  readonly description: string;
  compile(program: Program): Promise<CompiledProgram>;
  compileSized<Size extends string>(program: SizedProgram<Size>): Promise<CompiledSizedProgram<Size>>;
}

/** An engine's `compile`, by its `compileSized`: a program of no sizes. */
export function compileFixed(compileSized: Engine['compileSized']): Engine['compile'] {
  return async (program) => {
    const { run, dispose } = await compileSized({ sizes: [], at: () => program });
    return { run: (feeds) => run({}, feeds), dispose };
  };
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, d) => product * d, 1);
}

/** @throws Error naming the input, the length that arrived and the shape that was expected. */
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
