/** Whether a conformer may be delivered: its stereo and geometry, by its coordinates alone; and its energy, if wanted. */
import { checkGeometry, type GeometryProblem } from '../chem/geometry-checks.js';
import { inputNumber } from '../chem/match-order.js';
import type { ForceField } from '../chem/mmff94.js';
import type { Molecule } from '../chem/molecule.js';
import type { RDKitModule } from '../chem/rdkit.js';
import { verifyStereo, type StereoVerdict } from '../chem/stereo.js';
import type { Candidate } from './events.js';
import type { PreparedMolecule } from './prepare.js';
import { handOfAxis, handOfCentre, sideOfBond } from './stereo-places.js';

export interface CheckOptions {
  readonly rdkit: RDKitModule;
  readonly prepared: Pick<PreparedMolecule, 'molecule' | 'geometry' | 'perceiveStereo'>;
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
      /** Where the stereo was wrong, and the first of what is wrong with the geometry, in words; never empty. */
      readonly places: readonly string[];
    };

/** Å. Nothing that a network of this kind makes is so large: a chain of 700 atoms is shorter. */
const FARTHEST = 1000;

/** Checks a conformer [atoms, 3] in Å as drawn, and relaxed where that is asked for. */
export function checkConformer(
  coordinates: Float32Array,
  { rdkit, prepared: { molecule, geometry, perceiveStereo }, forceField, relax, lenient }: CheckOptions,
): Checked {
  const verdict = verifyStereo(rdkit, molecule, coordinates, perceiveStereo);
  const stereoRight = verdict.right;
  const accept = (x: Float32Array, { right, assigned = '' }: StereoVerdict, energy: number | undefined): Checked => ({
    ok: true,
    stereoRight,
    conformer: { coordinates: x, stereoVerified: right, assigned, energy },
  });
  const refuse = (reason: 'stereo' | 'geometry', detail: string, places: readonly string[] = [detail]): Checked => ({
    ok: false,
    stereoRight,
    reason,
    detail,
    places,
  });

  const places = (of: StereoVerdict) => stereoInWords(molecule, of);

  if (!coordinates.every(Number.isFinite)) {
    const detail = 'coordinates that are not numbers';
    return refuse('geometry', detail, [detail]);
  }
  const farthest = coordinates.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  if (farthest > FARTHEST) {
    const detail = `coordinates up to ${farthest.toExponential(0)} Å: the flow ran away, as it does for molecules much larger than those that the model was trained on`;
    return refuse('geometry', detail, ['atoms that ran away']);
  }
  if (lenient) return accept(coordinates, verdict, forceField?.energy(coordinates));
  if (!stereoRight) return refuse('stereo', `wrong: ${places(verdict).join('; ')}`, places(verdict));
  const { ok, problems } = checkGeometry(molecule, coordinates, geometry);
  if (!ok)
    return refuse(
      'geometry',
      problems.map((problem) => inWords(molecule, problem)).join('; '),
      problems.slice(0, 1).map((problem) => namedPlace(molecule, problem)),
    );
  if (!forceField || !relax) return accept(coordinates, verdict, forceField?.energy(coordinates));
  const relaxed = forceField.relax(coordinates);
  const after = verifyStereo(rdkit, molecule, relaxed.coordinates, perceiveStereo);
  return after.right
    ? accept(relaxed.coordinates, after, relaxed.energy)
    : refuse('stereo', `wrong: ${places(after).join('; ')}, after relaxation`, places(after));
}

/** The places whose stereo is wrong, each in words. */
function stereoInWords(molecule: Molecule, { centresWrong, bondsWrong, axesWrong }: StereoVerdict): string[] {
  const { stereoBonds, axes = [] } = molecule;
  const number = (atom: number) => inputNumber(molecule, atom);
  const places = [
    ...centresWrong.map((i) => handOfCentre(number(i))),
    ...bondsWrong.map((i) => sideOfBond(number(stereoBonds[i].a), number(stereoBonds[i].b))),
    ...axesWrong.map((i) => handOfAxis(number(axes[i].a), number(axes[i].b))),
  ];
  return places.length > 0 ? places : ['a hand or a side that was not asked for'];
}

const DEGREES = new Set<GeometryProblem['kind']>(['twist', 'bent', 'hypervalent-angle']);

function namedPlace(molecule: Molecule, { kind, atoms }: GeometryProblem): string {
  return `${kind} of atoms ${atoms.map((i) => inputNumber(molecule, i)).join(', ')}`;
}

function inWords(molecule: Molecule, problem: GeometryProblem): string {
  const { kind, value, limit } = problem;
  const named = namedPlace(molecule, problem);
  if (kind === 'pierced-ring') return named;
  const unit = DEGREES.has(kind) ? '°' : kind === 'pyramidal' ? '' : ' Å';
  return `${named}: ${value.toFixed(2)}${unit} where the limit is ${limit.toFixed(2)}`;
}
