/** GFN2-xTB energies by the `xtb` program (Bannwarth, Ehlert, Grimme, J. Chem. Theory Comput. 15, 1652, 2019). */
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { xyzFrame } from '../chem/io/write-xyz.js';
import type { Molecule } from '../chem/molecule.js';
import { rmsdAligned } from '../geometry/rmsd.js';
import { inScratchFolder, startProgram } from '../python/other-programs.node.js';
import type { XtbQuality } from './evaluation.js';
import { relaxedMinimumOf, summariseRelaxedMinima, type RelaxedMinimum } from './relaxed-minima.js';
import type { ScoredMolecule } from './score-molecule.js';
import { quantile } from './statistics.js';

const KCAL_PER_HARTREE = 627.5094740631;

export interface XtbRelaxation {
  /** The minimum that the conformer relaxes into, [n,3] in Å, and its energy in Hartree. */
  readonly minimum: Float32Array;
  readonly energy: number;
  /** Energy of the conformer above its minimum, kcal/mol. */
  readonly above: number;
  /** Heavy-atom RMSD between the two, Å. */
  readonly moved: number;
}

/** Whether `xtb` is on the PATH. */
export function hasXtb(): boolean {
  return spawnSync('xtb', ['--version']).status === 0;
}

/** @param options.most at most so many conformers of a molecule. */
export function xtbTally({ most = 1 }: { most?: number } = {}): {
  add(scored: ScoredMolecule): Promise<void>;
  result(): XtbQuality;
} {
  const relaxations: XtbRelaxation[] = [];
  /** By molecule. */
  const relaxedMinima: RelaxedMinimum[][] = [];
  let failed = 0;
  return {
    async add({ reference, conformers, score }) {
      const own: RelaxedMinimum[] = [];
      let asked = 0;
      for (const [i, conformer] of conformers.entries()) {
        if (!conformer.every(Number.isFinite)) continue;
        if (asked++ === most) break;
        const relaxation = await relaxWithXtb(reference.molecule, conformer);
        if (!relaxation) {
          failed++;
          continue;
        }
        relaxations.push(relaxation);
        if (reference.lowestEnergy !== undefined)
          own.push(
            relaxedMinimumOf({
              ...relaxation,
              above: KCAL_PER_HARTREE * (relaxation.energy - reference.lowestEnergy),
              reference,
              precision: score.precision[i],
            }),
          );
      }
      if (own.length > 0) relaxedMinima.push(own);
    },
    result() {
      const above = relaxations.map((relaxation) => relaxation.above);
      return {
        conformers: relaxations.length,
        failed,
        medianAbove: quantile(above, 0.5),
        p90Above: quantile(above, 0.9),
        medianMoved: quantile(
          relaxations.map(({ moved }) => moved),
          0.5,
        ),
        ...(relaxedMinima.length > 0 && { relaxedMinima: summariseRelaxedMinima(relaxedMinima) }),
      };
    },
  };
}

/** Optimises a conformer [n,3] (Å); undefined where xtb does not converge. */
export function relaxWithXtb(molecule: Molecule, coordinates: Float32Array): Promise<XtbRelaxation | undefined> {
  return inScratchFolder(async (folder) => {
    await writeFile(path.join(folder, 'in.xyz'), xyzFrame({ molecule, coordinates }));
    const unpaired = molecule.atoms.reduce((sum, { radicals }) => sum + radicals, 0);
    const args = [
      'in.xyz',
      '--gfn',
      '2',
      '--opt',
      'normal',
      '--chrg',
      String(molecule.charge),
      '--uhf',
      String(unpaired),
    ];
    const { child, ended } = startProgram('xtb', args, {
      cwd: folder,
      env: { ...process.env, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
    });
    child.stdout.resume();
    child.stderr.resume();
    const code = await ended;
    if (code !== 0) return undefined;
    const log = await readFile(path.join(folder, 'xtbopt.log'), 'utf8');
    const energies = [...log.matchAll(/energy:\s*(-?[\d.]+)/g)].map((match) => Number(match[1]));
    const lines = (await readFile(path.join(folder, 'xtbopt.xyz'), 'utf8'))
      .split('\n')
      .slice(2, 2 + molecule.atoms.length);
    const relaxed = Float32Array.from(lines.flatMap((line) => line.trim().split(/\s+/).slice(1, 4).map(Number)));
    if (energies.length < 2 || relaxed.length !== coordinates.length) return undefined;
    const energy = energies[energies.length - 1];
    return {
      minimum: relaxed,
      energy,
      above: KCAL_PER_HARTREE * (energies[0] - energy),
      moved: rmsdAligned(coordinates, relaxed, molecule.skeletonCount),
    };
  });
}
