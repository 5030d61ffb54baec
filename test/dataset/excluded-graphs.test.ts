/** Which molecules stand in a file to exclude: those of SMILES and SD files alike, with their stereo left aside. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { molblock } from '../../src/chem/molblock.js';
import { parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import { graphOf, graphsOfFiles } from '../../src/dataset/make/excluded-graphs.js';

const folder = mkdtempSync(path.join(tmpdir(), 'molflow-exclude-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  'CS(=O)(=O)c1ccccc1',
  'C[S@](=O)c1ccccc1',
  'CP(=O)(O)OC',
  'C[N+](=O)[O-]',
  'C[C@H](N)C(=O)O',
  'F/C=C\\Cl',
  'OS(=O)(=O)C(F)(F)F',
])('reads %s back from an SD file', async (smiles) => {
  const rdkit = await loadRDKit();
  const molecule = parseSmiles(rdkit, smiles);
  const coordinates = Float32Array.from({ length: molecule.atoms.length * 3 }, (_, i) => Math.sin(7 * i) * 3);
  const file = path.join(folder, 'one.sdf');
  writeFileSync(file, `${molblock({ molecule, coordinates })}$$$$\n`);
  const graph = graphOf(rdkit, smiles);
  expect(graph).toBeDefined();
  expect([...(await graphsOfFiles(rdkit, [file]))]).toEqual([graph]);
});
