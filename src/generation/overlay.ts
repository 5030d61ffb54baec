/** What conformers of a molecule are laid onto, and the core that is held while they are drawn. */
import { commonAtoms } from '../chem/common-atoms.js';
import { inputNumber } from '../chem/match-order.js';
import type { Molecule } from '../chem/molecule.js';
import type { RDKitModule } from '../chem/rdkit.js';
import type { Structure } from '../chem/structure.js';
import { rowsOf } from '../geometry/move-onto.js';
import { matchesOfRightHand } from './held-core.js';
import type { Placement } from './placement.js';

export interface CoreOptions {
  /** With 3D coordinates of the core; all its heavy atoms must occur in the molecule, unless `smarts` says which do. */
  readonly structure: Structure;
  /** The atoms of the structure, and of the molecule, that are the core. */
  readonly smarts?: string | undefined;
}

/** @throws Error where they exclude each other, a structure has no 3D coordinates or does not occur in the molecule. */
export function overlayOf(
  rdkit: RDKitModule,
  molecule: Molecule,
  {
    align,
    alignTo,
    core,
  }: {
    readonly align: boolean;
    readonly alignTo?: Structure | undefined;
    readonly core?: CoreOptions | undefined;
  },
): { readonly placement?: Placement | undefined; readonly warnings: readonly string[] } {
  if (Number(align) + Number(alignTo !== undefined) + Number(core !== undefined) > 1)
    throw new Error('align, alignTo and core each say where conformers are laid; expected one of them');
  if (align) return { placement: { kind: 'first' }, warnings: [] };
  const structure = core?.structure ?? alignTo;
  if (!structure) return { warnings: [] };
  const { coordinates } = structure;
  if (structure.dimension !== 3 || !coordinates)
    throw new Error(`the ${core ? 'core' : 'structure to align to'} has no 3D coordinates`);
  const { reference, matches, whole } = commonAtoms(rdkit, molecule, structure, {
    smarts: core?.smarts,
    partial: core === undefined,
  });
  const points = rowsOf(coordinates, reference);
  const all = { points, matches };
  return {
    placement: core
      ? { kind: 'core', points, matches: matchesOfRightHand(molecule, all, (atom) => inputNumber(molecule, atom)) }
      : { kind: 'reference', ...all },
    warnings:
      whole || core
        ? []
        : [`Laid onto ${reference.length} atoms of the reference, the largest part in common: ${listed(reference)}.`],
  };
}

const listed = (atoms: readonly number[]): string => atoms.map((atom) => atom + 1).join(', ');
