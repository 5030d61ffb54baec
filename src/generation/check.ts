/** Whether a conformer may be delivered: its stereo and geometry, by its coordinates alone; and its energy, if wanted. */
import { checkGeometry, type GeometryProblem } from '../chem/geometry-checks.js';
import { inputNumber } from '../chem/match-order.js';
import type { ForceField } from '../chem/mmff94.js';
import type { Molecule } from '../chem/molecule.js';
import type { RDKitModule } from '../chem/rdkit.js';
import { verifyStereo, type StereoVerdict } from '../chem/stereo.js';
import type { Candidate, Fault } from './events.js';
import type { PreparedMolecule } from './prepare.js';

export interface CheckOptions {
  readonly rdkit: RDKitModule;
  readonly prepared: Pick<PreparedMolecule, 'molecule' | 'geometry' | 'perceiveStereo'>;
  /** For energies, and with `relax` for the minimum that takes the conformer's place, if it passes the same checks. */
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
      /** Where the stereo was wrong, or the first of what is wrong with the geometry; never empty. */
      readonly faults: readonly Fault[];
    };

/** Å. Nothing that a network of this kind makes is so large: a chain of 700 atoms is shorter. */
const FARTHEST = 1000;

/**
 * Checks a conformer [atoms, 3] in Å as drawn, and relaxed where that is asked for. One that relaxes into another stereo is
 * refused; one that relaxes into a geometry that is not sound is the force field's fault, and stays as drawn.
 */
export function checkConformer(
  coordinates: Float32Array,
  { rdkit, prepared: { molecule, geometry, perceiveStereo }, forceField, relax, lenient }: CheckOptions,
): Checked {
  const verdict = verifyStereo(rdkit, molecule, coordinates, perceiveStereo);
  const stereoRight = verdict.right;
  const accept = (
    x: Float32Array,
    { right, assigned = '' }: StereoVerdict,
    energy: number | undefined,
    unrelaxed?: string,
  ): Checked => ({
    ok: true,
    stereoRight,
    conformer: {
      coordinates: x,
      stereoVerified: right,
      assigned,
      energy,
      ...(unrelaxed !== undefined && { unrelaxed }),
    },
  });
  const refuseGeometry = (
    kind: Fault['kind'],
    { detail = kind, place = kind }: { readonly detail?: string; readonly place?: string } = {},
  ): Checked => ({ ok: false, stereoRight, reason: 'geometry', detail, faults: [{ kind, place }] });
  const refuseStereo = (of: StereoVerdict, when = ''): Checked => {
    const faults = stereoFaults(molecule, of);
    const detail = `wrong: ${faults.map(({ place }) => place).join('; ')}${when}`;
    return { ok: false, stereoRight, reason: 'stereo', detail, faults };
  };

  if (!coordinates.every(Number.isFinite)) return refuseGeometry('coordinates that are not numbers');
  const farthest = coordinates.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  if (farthest > FARTHEST) {
    const detail = `coordinates up to ${farthest.toExponential(0)} Å: the flow ran away, as it does for molecules much larger than those that the model was trained on`;
    return refuseGeometry('atoms that ran away', { detail });
  }
  if (lenient) return accept(coordinates, verdict, forceField?.energy(coordinates));
  if (!stereoRight) return refuseStereo(verdict);
  const [problem, ...others] = checkGeometry(molecule, coordinates, geometry).problems;
  if (problem)
    return refuseGeometry(problem.kind, {
      detail: [problem, ...others].map((one) => inWords(molecule, one)).join('; '),
      place: namedPlace(molecule, problem),
    });
  if (!forceField || !relax) return accept(coordinates, verdict, forceField?.energy(coordinates));
  const relaxed = forceField.relax(coordinates);
  const after = verifyStereo(rdkit, molecule, relaxed.coordinates, perceiveStereo);
  if (!after.right) return refuseStereo(after, ', after relaxation');
  const [broken] = checkGeometry(molecule, relaxed.coordinates, geometry).problems;
  return broken
    ? accept(coordinates, verdict, relaxed.initialEnergy, inWords(molecule, broken))
    : accept(relaxed.coordinates, after, relaxed.energy);
}

function stereoFaults(molecule: Molecule, { centresWrong, bondsWrong, axesWrong }: StereoVerdict): Fault[] {
  const { stereoBonds, axes = [] } = molecule;
  const number = (atom: number) => inputNumber(molecule, atom);
  const faults: Fault[] = [
    ...centresWrong.map((i) => ({ kind: 'centre' as const, place: `the hand of atom ${number(i)}` })),
    ...bondsWrong.map((i) => {
      const { a, b } = stereoBonds[i];
      return { kind: 'double-bond' as const, place: `the side at double bond ${number(a)}=${number(b)}` };
    }),
    ...axesWrong.map((i) => {
      const { a, b } = axes[i];
      return { kind: 'axis' as const, place: `the hand of the axis from atom ${number(a)} to atom ${number(b)}` };
    }),
  ];
  return faults.length > 0 ? faults : [{ kind: 'other-stereo', place: 'a hand or a side that was not asked for' }];
}

const DEGREES = new Set<GeometryProblem['kind']>(['twist', 'bent', 'hypervalent-angle']);

function namedPlace(molecule: Molecule, { kind, atoms, unusual }: GeometryProblem): string {
  const numbers = atoms.map((i) => inputNumber(molecule, i)).join(', ');
  return `${kind} of atoms ${numbers}${unusual === undefined ? '' : ` (${unusual})`}`;
}

function inWords(molecule: Molecule, problem: GeometryProblem): string {
  const { kind, value, limit } = problem;
  const named = namedPlace(molecule, problem);
  if (kind === 'pierced-ring') return named;
  const unit = DEGREES.has(kind) ? '°' : kind === 'pyramidal' ? '' : ' Å';
  return `${named}: ${value.toFixed(2)}${unit} where the limit is ${limit.toFixed(2)}`;
}
