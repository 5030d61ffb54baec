/** Strain of the hydrogens: the MMFF94s energy released when they relax while the heavy atoms stay fixed. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { sdfRecord } from '../chem/io/write-sdf.js';
import { inScratchFolder, startProgram } from '../python/other-programs.node.js';
import { pythonProgram, pythonWith } from '../python/programs.node.js';
import type { HydrogenStrain } from './evaluation.js';
import type { ScoredMolecule } from './score-molecule.js';
import { quantile } from './statistics.js';

const SCRIPT = pythonProgram('baseline-rdkit.py');

/** Collects conformers and relaxes them at the end with RDKit for Python: openchemlib's MMFF94 cannot fix atoms. */
export function hydrogenStrainTally({ most = 4 }: { most?: number } = {}): {
  add(scored: ScoredMolecule): void;
  /** Undefined where RDKit for Python is not installed. */
  result(): Promise<HydrogenStrain | undefined>;
} {
  const generated: string[] = [];
  const references: string[] = [];
  return {
    add({ reference, conformers }) {
      const { molecule } = reference;
      const complete = conformers.filter((conformer) => conformer.every(Number.isFinite));
      for (const [list, into] of [
        [complete, generated],
        [reference.conformers, references],
      ] as const)
        for (const coordinates of list.slice(0, most)) into.push(sdfRecord({ molecule, coordinates }));
    },
    async result() {
      const python = pythonWith('rdkit');
      if (!python) return undefined;
      const [made, known] = [await relieved(python, generated), await relieved(python, references)];
      return {
        conformers: made.length,
        median: quantile(made, 0.5),
        p90: quantile(made, 0.9),
        referenceMedian: quantile(known, 0.5),
        referenceP90: quantile(known, 0.9),
      };
    },
  };
}

function relieved(python: string, records: readonly string[]): Promise<number[]> {
  return inScratchFolder(async (folder) => {
    const file = path.join(folder, 'conformers.sdf');
    await writeFile(file, records.join(''));
    const { child, ended } = startProgram(python, [SCRIPT, 'hydrogens', file]);
    const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    if (status !== 0) throw new Error(`${SCRIPT} ended with status ${status}: ${stderr.trim().slice(-500)}`);
    return stdout.split('\n').flatMap((line) => (line === '' || line === 'null' ? [] : [Number(line)]));
  });
}
