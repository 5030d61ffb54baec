/** The lists of unusual molecules: what is measured with is read, is there once, and is not trained on. */
import { expect, it } from 'vitest';
import { readMoleculeFile } from '../../src/chem/io/read-file.node.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import { graphOf } from '../../src/dataset/make/excluded-graphs.js';

const rdkit = await loadRDKit();

async function read(file: string): Promise<{ graph: string | undefined; words: string[]; smiles: string }[]> {
  const all = [];
  for await (const record of await readMoleculeFile(file)) {
    if (record.kind !== 'smiles') throw new Error(`${file} holds what is no SMILES`);
    all.push({
      smiles: record.smiles,
      graph: graphOf(rdkit, record.smiles),
      words: (record.name ?? '').split(' '),
    });
  }
  return all;
}

it('classes.smi and unique.smi have a title and a class a molecule, and no graph twice or in small-molecules.smi', async () => {
  const lists = await Promise.all(
    ['validation/classes.smi', 'training/unique.smi'].map((name) => read(`molecules/${name}`)),
  );
  const trained = new Set((await read('molecules/training/small-molecules.smi')).map(({ graph }) => graph));
  const all = lists.flat();
  expect(all.filter(({ graph }) => graph === undefined)).toEqual([]);
  expect(all.filter(({ words }) => words.length !== 2)).toEqual([]);
  expect(new Set(all.map(({ words: [title] }) => title)).size).toBe(all.length);
  expect(all.filter(({ graph }, i) => all.findIndex((other) => other.graph === graph) !== i)).toEqual([]);
  expect(lists[0].filter(({ graph }) => trained.has(graph))).toEqual([]);
});
