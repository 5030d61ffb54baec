/** The Python programs that the package brings (folder python/), and the interpreter to run them with. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type PythonProgram = 'baseline-rdkit.py' | 'engine-torch.py' | 'make-ensembles.py' | 'train-torch.py';

/** The file of a program, to be given to an interpreter. */
export function pythonProgram(name: PythonProgram): string {
  return fileURLToPath(new URL(`../../python/${name}`, import.meta.url));
}

/** The first on the PATH may be one without the system's packages. */
const INTERPRETERS = ['python3', '/usr/bin/python3'];

/** The interpreter that has all of these modules, if there is one. They are looked for and not imported, which takes seconds. */
export function pythonWith(...modules: readonly string[]): string | undefined {
  const missing = `any(importlib.util.find_spec(name) is None for name in ${JSON.stringify(modules)})`;
  const look = `import importlib.util, sys; sys.exit(${missing})`;
  return INTERPRETERS.find((command) => spawnSync(command, ['-c', look]).status === 0);
}
