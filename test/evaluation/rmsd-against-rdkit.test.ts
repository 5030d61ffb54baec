/**
 * RMSDs against RDKit's GetBestRMS, stored from `python/baseline-rdkit.py rmsd` (RDKit 2022.09). The generated files
 * were made with `embed --shuffle`, so that every record has its own atom order.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openText } from '../../src/chem/io/open.node.js';
import { readSdf } from '../../src/chem/io/sdf.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import { gatherConformers } from '../../src/evaluation/conformer-sets.js';
import { prepareReference, scoreMolecule } from '../../src/evaluation/score-molecule.js';
import { mean } from '../../src/evaluation/statistics.js';
import { summarise } from '../../src/evaluation/summary.js';

type Matrices = Record<string, number[][]>;
const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const shipped = (name: string): string => fileURLToPath(new URL(`../../molecules/reference/${name}`, import.meta.url));
const stored = JSON.parse(readFileSync(fixture('get-best-rms.json'), 'utf8')) as Record<string, Matrices>;
const read = async (file: string) => gatherConformers(readSdf(await openText(file), { file }));

test.each([
  ['symmetric', fixture('symmetric-references.sdf.gz'), fixture('symmetric-generated.sdf.gz')],
  ['qm9', shipped('qm9-ensembles.sdf.gz'), fixture('etkdg-shuffled.sdf.gz')],
  ['drugs', shipped('drug-ensembles.sdf.gz'), fixture('etkdg-shuffled.sdf.gz')],
])(
  '%s: nearest distances agree with GetBestRMS to 0.001 Å',
  async (name, referenceFile, generatedFile) => {
    const rdkit = await loadRDKit();
    const [references, generated] = [await read(referenceFile), await read(generatedFile)];
    const matrices = stored[name];
    expect([...references.keys()].sort()).toEqual(Object.keys(matrices).sort());
    const scores = [...references.values()].map((sets) => {
      const reference = prepareReference(rdkit, sets);
      const { score } = scoreMolecule(rdkit, reference, generated.get(reference.title)!);
      const matrix = matrices[reference.title];
      expect(score.complete).toBe(true);
      expect(score.generated).toBe(matrix.length);
      // Conformers come set by set, not in file order, where atom orders differ: compare as sorted lists.
      const precision = matrix.map((row) => Math.min(...row)).sort((a, b) => a - b);
      [...score.precision]
        .sort((a, b) => a - b)
        .forEach((value, i) => expect(Math.abs(value - precision[i]), reference.title).toBeLessThan(1e-3));
      score.recall.forEach((value, i) =>
        expect(Math.abs(value - Math.min(...matrix.map((row) => row[i]))), reference.title).toBeLessThan(1e-3),
      );
      return score;
    });
    const { amrRecall, stereoRight, failed } = summarise(scores);
    expect(failed).toBe(0);
    expect(stereoRight).toBe(1);
    const expected = Object.values(matrices).map((rows) =>
      mean(rows[0].map((_, i) => Math.min(...rows.map((row) => row[i])))),
    );
    expect(amrRecall.mean).toBeCloseTo(mean(expected), 3);
  },
  120_000,
);
