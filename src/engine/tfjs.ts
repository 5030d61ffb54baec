/** The eager engine: a program run op by op on a tfjs backend. Slower than the compiled one, and the same numbers. */
import * as tf from '@tensorflow/tfjs-core';
import { checkFeeds, type CompiledProgram, type Engine, type Program } from './program.js';

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
  return { name, description, compile: async (program) => compile(program, backend) };
}

/** Several engines may live at once, and tfjs has one active backend: every call says which it means. */
function onBackend<T>(backend: string, work: () => T): T {
  const previous = tf.getBackend();
  void tf.setBackend(backend);
  try {
    return work();
  } finally {
    if (previous && previous !== backend) void tf.setBackend(previous);
  }
}

async function compile(program: Program, backend: string): Promise<CompiledProgram> {
  const constants = onBackend(backend, () =>
    Object.fromEntries(
      Object.entries(program.constants ?? {}).map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape])]),
    ),
  );
  return {
    async run(feeds) {
      checkFeeds(program.inputs, feeds);
      return onBackend(backend, () => {
        const outputs = tf.tidy(() => {
          const inputs = Object.fromEntries(
            Object.entries(program.inputs).map(([name, shape]) => [name, tf.tensor(feeds[name]!, [...shape], 'float32')]),
          );
          return { ...program.build({ ...constants, ...inputs }) };
        });
        try {
          return Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, Float32Array.from(t.dataSync())]));
        } finally {
          tf.dispose(outputs);
        }
      });
    },
    dispose: async () => tf.dispose(constants),
  };
}
