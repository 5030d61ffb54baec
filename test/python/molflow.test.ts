/** The Python module: molecules as they come, what failed beside them, errors as exceptions, an early end by closing. */
import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const PYTHON = '/usr/bin/python3';
const hasRDKit = spawnSync(PYTHON, ['-c', 'import rdkit']).status === 0;
const root = fileURLToPath(new URL('../../', import.meta.url));

const PROGRAM = `
import json, sys
sys.path.insert(0, "python")
import molflow
from rdkit import Chem
with molflow.generate(["CCO ethanol\\nCO methanol", "C1CC bad", Chem.MolFromSmiles("c1ccccc1")], num_confs=1, fast=True) as stream:
    made = [[m.GetProp("_Name"), m.GetNumAtoms(), m.GetProp("MOLFLOW_SMILES"), m.GetConformer().Is3D()] for m in stream]
try:
    list(molflow.generate("CCO", model="no-such"))
except molflow.Error as error:
    refused = [error.code, str(error)]
def endless():
    while True:
        yield "CCO"
stream = molflow.generate(endless(), num_confs=1, fast=True)
first = next(stream)
stream.close()
refined = [m.GetProp("MOLFLOW_REFINED") for m in molflow.refine([first])]
print(json.dumps([made, stream._process.poll() is not None, refused, refined]))
`;

it.skipIf(!hasRDKit)('runs the command for RDKit molecules', { timeout: 120_000 }, async () => {
  const [error, out, said] = await new Promise<[Error | null, string, string]>((resolve) =>
    execFile(PYTHON, ['-c', PROGRAM], { cwd: root }, (...all) => resolve(all)),
  );
  expect(error, said).toBe(null);
  const [made, isEnded, refused, refined] = JSON.parse(out) as unknown[];
  expect(made).toEqual([
    ['ethanol', 9, 'CCO', true],
    ['methanol', 6, 'CO', true],
    ['c1ccccc1', 12, 'c1ccccc1', true],
  ]);
  expect(isEnded).toBe(true);
  expect(refused).toEqual([1, expect.stringMatching(/no model 'no-such'/)]);
  expect(refined).toEqual(['yes']);
});
