/** Whether a conformer may be delivered: its stereo and geometry, by its coordinates alone; and its energy, if wanted. */
import { checkGeometry, type GeometryProblem } from '../chem/geometry-checks.js';
import type { ForceField } from '../chem/mmff94.js';
import type { Molecule } from '../chem/molecule.js';
import type { RDKitModule } from '../chem/rdkit.js';
import { verifyStereo, type StereoVerdict } from '../chem/stereo.js';
import type { Candidate } from './events.js';

export interface CheckOptions {
  readonly rdkit: RDKitModule;
  readonly molecule: Molecule;
  /** For energies, and with `relax` for the minimum that is checked in place of the conformer. */
  readonly forceField?: ForceField | undefined;
  readonly relax: boolean;
  /** Whether wrong stereo and broken geometry are let through: everything but coordinates that are no numbers. */
  readonly lenient: boolean;
}

export type Checked =
  | { readonly ok: true; readonly stereoRight: boolean; readonly conformer: Omit<Candidate, 'slot' | 'draw'> }
  | {
      readonly ok: false;
      readonly stereoRight: boolean;
      readonly reason: 'stereo' | 'geometry';
      /** In words. */
      readonly detail: string;
    };

/** Checks a conformer [atoms, 3] in Å as drawn, and relaxed where that is asked for. */
export function checkConformer(
  coordinates: Float32Array,
  { rdkit, molecule, forceField, relax, lenient }: CheckOptions,
): Checked {
  const verdict = verifyStereo(rdkit, molecule, coordinates);
  const stereoRight = verdict.right;
  const accept = (x: Float32Array, { right, assigned = '' }: StereoVerdict, energy: number | undefined): Checked => ({
    ok: true,
    stereoRight,
    conformer: { coordinates: x, stereoVerified: right, assigned, energy },
  });
  const refuse = (reason: 'stereo' | 'geometry', detail: string): Checked => ({
    ok: false,
    stereoRight,
    reason,
    detail,
  });

  if (!coordinates.every(Number.isFinite)) return refuse('geometry', 'coordinates that are not numbers');
  if (lenient) return accept(coordinates, verdict, forceField?.energy(coordinates));
  if (!stereoRight) return refuse('stereo', stereoInWords(molecule, verdict));
  const { ok, problems } = checkGeometry(molecule, coordinates);
  if (!ok) return refuse('geometry', problems.map(inWords).join('; '));
  if (!forceField || !relax) return accept(coordinates, verdict, forceField?.energy(coordinates));
  const relaxed = forceField.relax(coordinates);
  const after = verifyStereo(rdkit, molecule, relaxed.coordinates);
  return after.right
    ? accept(relaxed.coordinates, after, relaxed.energy)
    : refuse('stereo', `${stereoInWords(molecule, after)}, after relaxation`);
}

function stereoInWords({ stereoBonds }: Molecule, { centresWrong, bondsWrong }: StereoVerdict): string {
  const bonds = bondsWrong.map((i) => `${stereoBonds[i].a + 1}=${stereoBonds[i].b + 1}`);
  return [
    ...(centresWrong.length > 0 ? [`wrong hand at atom ${centresWrong.map((i) => i + 1).join(', ')}`] : []),
    ...(bonds.length > 0 ? [`wrong side at double bond ${bonds.join(', ')}`] : []),
  ].join('; ');
}

function inWords({ kind, atoms, value, limit }: GeometryProblem): string {
  return `${kind} of atoms ${atoms.map((i) => i + 1).join(', ')}: ${value.toFixed(2)} Å where the limit is ${limit.toFixed(2)}`;
}
