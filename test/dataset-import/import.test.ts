/**
 * Public data sets into SD records. The fixtures were made in the exact layout of GEOM's `qm9_crude.msgpack` and of
 * QM9's extended XYZ from four of the shipped reference ensembles, atoms shuffled.
 */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readSdf } from '../../src/chem/io/sdf.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import { importEnsembles, type ImportCounts } from '../../src/dataset/import/import.js';
import { mapEntries } from '../../src/dataset/import/messagepack.js';
import { openSources } from '../../src/dataset/import/open.js';
import { readNpySplit, readSplit, titlesOfSplit } from '../../src/dataset/import/split.js';
import type { SourceEnsemble } from '../../src/dataset/import/source.js';
import { datasetStatistics } from '../../src/dataset/import/statistics.js';
import { readEnsembles } from '../../src/dataset/read-ensembles.js';
import { gatherConformers } from '../../src/evaluation/conformer-sets.js';
import { prepareReference, scoreMolecule } from '../../src/evaluation/score-molecule.js';
import { openText } from '../../src/chem/io/open.node.js';

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const shipped = fileURLToPath(new URL('../../molecules/reference/qm9-ensembles.sdf.gz', import.meta.url));
const SLOW = 120_000;

async function imported(ensembles: AsyncIterable<SourceEnsemble>, counts?: ImportCounts) {
  let text = '';
  for await (const records of importEnsembles({ rdkit: await loadRDKit(), ensembles, counts })) text += records;
  return { text, conformers: await gatherConformers(readSdf([text])) };
}

test.each([
  ['geom.msgpack.gz', 11],
  ['qm9.xyz', 4],
])(
  '%s: every conformer lies exactly on one of the ensembles that it was made of',
  async (name, expected) => {
    const rdkit = await loadRDKit();
    const { conformers } = await imported(openSources([fixture(name)]));
    const originals = [...(await gatherConformers(readSdf(await openText(shipped)))).values()].map((sets) =>
      prepareReference(rdkit, sets),
    );
    let total = 0;
    for (const sets of conformers.values()) {
      const reference = originals.find(({ molecule }) => molecule.smiles === sets[0].fields.get('SMILES'))!;
      const { score } = scoreMolecule(rdkit, reference, sets);
      expect(score.unusable).toBe(0);
      expect(score.stereoRight).toBe(score.generated);
      score.precision.forEach((distance) => expect(distance).toBeLessThan(1e-3));
      total += score.generated;
    }
    expect(total).toBe(expected);
  },
  SLOW,
);

test('GEOM energies arrive in the fields that training reads', async () => {
  const { text } = await imported(openSources([fixture('geom.msgpack.gz')]));
  expect(text).toContain('>  <GFN2_ENERGY_HARTREE>\n-25.41873631\n');
  expect(text).toContain('>  <RELATIVE_ENERGY_KCAL_MOL>\n0.0000\n');
});

test('coordinates of the mirror image, and of another molecule, are left out and counted', async () => {
  const counts: ImportCounts = { molecules: 0, conformers: 0, skippedMolecules: 0, skippedConformers: 0 };
  const { conformers } = await imported(
    (async function* () {
      for await (const ensemble of openSources([fixture('geom.msgpack.gz')])) {
        const mirrored = ensemble.conformers.map(({ coordinates, fields }) => ({
          coordinates: coordinates.map((x, i) => (i % 3 === 0 ? -x : x)),
          fields,
        }));
        yield { ...ensemble, conformers: mirrored };
        if (ensemble.graph.kind === 'smiles')
          yield { ...ensemble, title: 'other', graph: { ...ensemble.graph, smiles: 'CCCCC' } };
      }
    })(),
    counts,
  );
  // Of the four, dimethylamide has no centre and survives; the imines have E/Z alone, which a mirror keeps.
  const kept = [...conformers.keys()];
  expect(kept).not.toContain('C#C[C@H]1C[C@H](C#N)[C@@H]1O');
  expect(kept).not.toContain('other');
  expect(kept).toContain('CN(C)C(=O)CCO');
  expect(counts.skippedMolecules).toBe(8 - kept.length);
});

test('MessagePack maps are read across any cut of the stream, and a truncated one is named', async () => {
  const bytes = Uint8Array.of(
    0x82,
    0xa1,
    0x61,
    0x93,
    1,
    0xff,
    0xcb,
    0x3f,
    0xf8,
    0,
    0,
    0,
    0,
    0,
    0,
    0xa1,
    0x62,
    0xc0,
    0x81,
    0xa1,
    0x63,
    0xcd,
    1,
    2,
  );
  const read = async (size: number, end = bytes.length) => {
    const entries: unknown[] = [];
    const chunks = (async function* () {
      for (let at = 0; at < end; at += size) yield bytes.slice(at, Math.min(end, at + size));
    })();
    for await (const entry of mapEntries(chunks)) entries.push(entry);
    return entries;
  };
  for (const size of [1, 2, 3, 5, 100])
    expect(await read(size)).toEqual([
      ['a', [1, -1, 1.5]],
      ['b', null],
      ['c', 258],
    ]);
  await expect(read(4, bytes.length - 1)).rejects.toThrow(/truncated/);
});

test('splits: places among GeoMol file names, SMILES of a CSV, integers of a .npy file', () => {
  const titles = ['CC', 'C/C=C/C', 'CO', 'C#N'];
  // Sorted as files: C#N.pickle, CC.pickle, CO.pickle, C_C=C_C.pickle.
  expect([...titlesOfSplit(readSplit('0\n3\n'), titles)].sort()).toEqual(['C#N', 'C/C=C/C']);
  expect([...titlesOfSplit(readSplit('smiles,n_conformers\nCC,3\n"CO",5\n'), titles)].sort()).toEqual(['CC', 'CO']);
  expect(() => titlesOfSplit(readSplit('0\n4\n'), titles)).toThrow(/index 4, and the input 4 molecules, 0 to 3/);
  const header = "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }".padEnd(117) + '\n';
  const npy = Buffer.concat([
    Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0]),
    Buffer.from(header),
    Buffer.from(BigInt64Array.of(1n, 2n).buffer),
  ]);
  expect([...titlesOfSplit(readNpySplit(npy), titles)].sort()).toEqual(['CC', 'CO']);
  expect(() => readNpySplit(Buffer.from(npy.toString('latin1').replace('<i8', '|O '), 'latin1'))).toThrow(/savetxt/);
});

test(
  'statistics of the shipped ensembles',
  async () => {
    const statistics = await datasetStatistics(readEnsembles({ rdkit: await loadRDKit(), file: shipped }));
    expect(statistics).toMatchObject({ molecules: 12, conformers: 101, charged: 0 });
    expect(statistics.sizes.reduce((sum, [, count]) => sum + count, 0)).toBe(12);
    expect(Object.fromEntries(statistics.elements)).toMatchObject({ C: 12, H: 12 });
  },
  SLOW,
);
