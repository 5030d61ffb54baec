/** The eager engine: runs a program operation by operation on a tfjs backend. Slower than the compiled one, same numbers. */
import * as tf from '@tensorflow/tfjs-core';
import {
  checkFeeds,
  compileFixed,
  type Arrays,
  type CompiledSizedProgram,
  type Engine,
  type Program,
  type SizedProgram,
} from './program.js';

/** @param backend name of a registered tfjs backend. */
export function tfjsEngine({
  name,
  backend,
  description,
}: {
  readonly name: Engine['name'];
  readonly backend: string;
  readonly description: string;
}): Engine {
  const compileSized: Engine['compileSized'] = async (program) => compile(program, backend);
  return { name, description, compile: compileFixed(compileSized), compileSized };
}

/** Several engines may be open at once, but tfjs has one active backend: every call sets its own. */
function onBackend<T>(backend: string, work: () => T): T {
  const previous = tf.getBackend();
  void tf.setBackend(backend);
  try {
    return work();
  } finally {
    if (previous && previous !== backend) void tf.setBackend(previous);
  }
}

function compile<Size extends string>(
  { sizes: names, at }: SizedProgram<Size>,
  backend: string,
): CompiledSizedProgram<Size> {
  // Constants do not depend on sizes, so any sizes will do to get them.
  const { constants: data = {} } = at(Object.fromEntries(names.map((name) => [name, 1])) as Record<Size, number>);
  const constants = onBackend(backend, () =>
    Object.fromEntries(
      Object.entries(data).map(([name, constant]) => [name, tf.tensor(constant.data, [...constant.shape])]),
    ),
  );
  return {
    run: async (sizes, feeds, { skipOptional = false } = {}) => run(at(sizes), constants, feeds, skipOptional, backend),
    dispose: async () => tf.dispose(constants),
  };
}

function run(
  program: Program,
  constants: Readonly<Record<string, tf.Tensor>>,
  feeds: Arrays,
  skipOptional: boolean,
  backend: string,
): Record<string, Float32Array> {
  checkFeeds(program.inputs, feeds);
  return onBackend(backend, () => {
    const { optional = [] } = program;
    const outputs = tf.tidy(() => {
      const inputs = Object.fromEntries(
        Object.entries(program.inputs).map(([name, shape]) => [name, tf.tensor(feeds[name], [...shape], 'float32')]),
      );
      const built = Object.entries(program.build({ ...constants, ...inputs }, skipOptional));
      return Object.fromEntries(built.filter(([name]) => !(skipOptional && optional.includes(name))));
    });
    try {
      return Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, Float32Array.from(t.dataSync())]));
    } finally {
      tf.dispose(outputs);
    }
  });
}
