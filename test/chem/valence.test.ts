/** Valences that are let through are ones that RDKit for Python reads: every element, charge and choice of bonds is written and read. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { sdfRecord } from '../../src/chem/io/write-sdf.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import { valenceProblem } from '../../src/chem/valence.js';
import { pythonWith } from '../../src/python/programs.node.js';

const PYTHON = pythonWith('rdkit');

/** All choices of bond orders that sum up to at most `most`, in falling order. */
function choices(most: number, largest = 3): (1 | 2 | 3)[][] {
  const found: (1 | 2 | 3)[][] = [[]];
  for (const order of [3, 2, 1] as const)
    if (order <= largest && order <= most)
      for (const rest of choices(most - order, order)) found.push([order, ...rest]);
  return found;
}

/** Titles of the records of an SD file, read from standard input, that RDKit reads and sanitises. */
const READ = `
import sys
from rdkit import Chem, RDLogger
RDLogger.DisableLog('rdApp.*')
supplier = Chem.SDMolSupplier()
supplier.SetData(sys.stdin.read(), sanitize=True, removeHs=False)
for mol in supplier:
    if mol is not None: print(mol.GetProp('_Name'))
`;

const at = (element: number, charge = 0) => ({ element, charge, isotope: 0 });

interface Written {
  readonly element: number;
  readonly charge: number;
  readonly title: string;
  readonly record: string;
}

/** SD records of every central atom that is let through, with every choice of bonds to carbon. */
function letThrough(): Written[] {
  const written: Written[] = [];
  for (const element of [1, 5, 6, 7, 8, 9, 14, 15, 16, 17, 33, 34, 35, 53])
    for (let charge = -3; charge <= 3; charge++)
      for (const orders of choices(8)) {
        const molecule = {
          atoms: [at(element, charge), ...orders.map(() => at(6))],
          bonds: orders.map((order, i) => ({ a: 0, b: i + 1, order })),
        };
        if (orders.length === 0 || valenceProblem(molecule) !== undefined) continue;
        const title = `element ${element} charge ${charge} bonds ${orders.join('+')}`;
        const coordinates = Float32Array.from({ length: 3 * molecule.atoms.length }, (_, i) => i);
        written.push({ element, charge, title, record: sdfRecord({ molecule, coordinates, title }) });
      }
  return written;
}

it('what is let through is read by RDKit of this package', { timeout: 60_000 }, async () => {
  const rdkit = await loadRDKit();
  const written = letThrough();
  const isRefused = ({ record }: Written): boolean => {
    const mol = rdkit.get_mol(record);
    mol?.delete();
    return mol === null;
  };
  expect(written.filter(isRefused).map(({ title }) => title)).toEqual([]);
  expect(written.length).toBeGreaterThan(500);
});

it.skipIf(PYTHON === undefined)('what is let through is read by RDKit for Python', { timeout: 60_000 }, () => {
  // Versions before 2024 count ions of halogens, and of higher charge, otherwise.
  const written = letThrough().filter(({ element, charge }) => element <= 16 && Math.abs(charge) <= 1);
  const { stdout, stderr } = spawnSync(PYTHON!, ['-c', READ], {
    input: written.map(({ record }) => record).join(''),
    encoding: 'utf8',
  });
  const read = new Set(stdout.trim().split('\n'));
  const refused = written.map(({ title }) => title).filter((title) => !read.has(title));
  expect({ refused, stderr }).toEqual({ refused: [], stderr: '' });
});
