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

/** The interpreter that can import all of these modules, if there is one. */
export function pythonWith(...modules: readonly string[]): string | undefined {
  return INTERPRETERS.find((command) => spawnSync(command, ['-c', `import ${modules.join(', ')}`]).status === 0);
}
