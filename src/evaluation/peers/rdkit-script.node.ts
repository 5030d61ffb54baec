/** Where RDKit for Python is, and the project's script for it. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const RDKIT_SCRIPT = fileURLToPath(new URL('../../../scripts/baseline-rdkit.py', import.meta.url));
/** The first on the PATH may be one without the system's packages. */
const INTERPRETERS = ['python3', '/usr/bin/python3'];

/** The Python that can import RDKit, if there is one. */
export function pythonWithRDKit(): string | undefined {
  return INTERPRETERS.find((command) => spawnSync(command, ['-c', 'import rdkit']).status === 0);
}
