/** The MMFF94 force field (openchemlib's): energies, and conformers relaxed to the nearest minimum. */
import type * as OpenChemLib from 'openchemlib';
import { elementSymbol } from './elements.js';
import type { Molecule } from './molecule.js';

export type MMFF94Variant = 'MMFF94' | 'MMFF94s';

/** MMFF94 cannot describe the molecule. */
export class MMFF94Error extends Error {
  readonly code = 'no-parameters';
  constructor(message: string) {
    super(message);
    this.name = 'MMFF94Error';
  }
}

export interface RelaxedConformer {
  /** [n,3] row-major, Å, in the frame of the input. */
  readonly coordinates: Float32Array;
  /** kcal/mol, after and before. */
  readonly energy: number;
  readonly initialEnergy: number;
  /** False where `maxIterations` ran out first. */
  readonly converged: boolean;
}

export interface ForceField {
  /** MMFF94 energy of a conformer [n,3] (Å) in kcal/mol. */
  energy(coordinates: Float32Array): number;
  /** Minimises from a conformer [n,3] (Å), all atoms free: openchemlib offers no way to hold some. */
  relax(coordinates: Float32Array, options?: { maxIterations?: number | undefined }): RelaxedConformer;
}

let loading: Promise<typeof OpenChemLib> | undefined;

/**
 * A force field for all conformers of one molecule. MMFF94s, the default, is the variant for static structures,
 * with flatter amide and aniline nitrogens (Halgren, J. Comput. Chem. 1999, 20, 720).
 *
 * - `resources`: text or content of openchemlib's `resources.json`, which holds the parameter tables. Node
 *   reads it by itself; a browser fetches it from beside the openchemlib module where it is not given. Only the first
 *   call's counts.
 * @throws MMFF94Error where MMFF94 has no parameters (boron, most metals, radicals, H2).
 */
export async function createForceField(
  molecule: Molecule,
  {
    variant = 'MMFF94s',
    resources,
  }: { variant?: MMFF94Variant | undefined; resources?: string | Record<string, string> | undefined } = {},
): Promise<ForceField> {
  loading ??= loadOpenChemLib(resources).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  const ocl = await loading;
  const radical = molecule.atoms.findIndex((atom) => atom.radicals > 0);
  if (radical >= 0) {
    throw new MMFF94Error(
      `${molecule.smiles}: atom ${radical + 1} (${elementSymbol(molecule.atoms[radical].element)}) is a radical, for which MMFF94 has no parameters. Leave out the MMFF94 step for this molecule.`,
    );
  }
  const prepare = (coordinates: Float32Array) => {
    if (coordinates.length !== 3 * molecule.atoms.length) {
      throw new RangeError(
        `MMFF94: ${coordinates.length} coordinates arrived for ${molecule.atoms.length} atoms; expected ${3 * molecule.atoms.length}`,
      );
    }
    if (!coordinates.every(Number.isFinite)) {
      throw new RangeError('MMFF94: coordinates that are not finite arrived; check the conformer first');
    }
    return startForceField(ocl, molecule, coordinates, variant);
  };
  // Atom types do not depend on the conformer: a molecule without them fails here, not at its first conformer.
  prepare(spreadOut(molecule.atoms.length));
  return {
    energy: (coordinates) => prepare(coordinates).field.getTotalEnergy(),
    relax: (coordinates, { maxIterations = 4000 } = {}) => {
      const { field, copy } = prepare(coordinates);
      const initialEnergy = field.getTotalEnergy();
      const code = field.minimise({ maxIts: maxIterations });
      return {
        coordinates: readCoordinates(copy),
        energy: field.getTotalEnergy(),
        initialEnergy,
        converged: code === 0,
      };
    },
  };
}

async function loadOpenChemLib(resources: string | Record<string, string> | undefined): Promise<typeof OpenChemLib> {
  // Three megabytes that only this needs: not loaded before.
  const ocl = await import('openchemlib');
  if (resources !== undefined) ocl.Resources.register(resources);
  else if (typeof process !== 'undefined' && process.versions?.node) ocl.Resources.registerFromNodejs();
  else await ocl.Resources.registerFromUrl();
  return ocl;
}

function startForceField(
  ocl: typeof OpenChemLib,
  molecule: Molecule,
  coordinates: Float32Array,
  variant: MMFF94Variant,
): { field: OpenChemLib.ForceFieldMMFF94; copy: OpenChemLib.Molecule } {
  const { Molecule: OclMolecule, ForceFieldMMFF94 } = ocl;
  const copy = new OclMolecule(molecule.atoms.length, molecule.bonds.length);
  molecule.atoms.forEach(({ element, charge }, i) => {
    copy.addAtom(element);
    copy.setAtomCharge(i, charge);
    copy.setAtomX(i, coordinates[3 * i]);
    copy.setAtomY(i, coordinates[3 * i + 1]);
    copy.setAtomZ(i, coordinates[3 * i + 2]);
    // openchemlib moves hydrogens to the end; the map number says then which atom is which.
    copy.setAtomMapNo(i, i + 1, false);
  });
  const types = [
    OclMolecule.cBondTypeMetalLigand,
    OclMolecule.cBondTypeSingle,
    OclMolecule.cBondTypeDouble,
    OclMolecule.cBondTypeTriple,
  ];
  for (const { a, b, order } of molecule.bonds) copy.addOrChangeBond(a, b, types[order]);
  // Now, since the force field would keep the coordinates of the old order.
  copy.ensureHelperArrays(OclMolecule.cHelperNeighbours);
  try {
    return { field: new ForceFieldMMFF94(copy, variant), copy };
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^Class\$S\d+: /, '') : String(error);
    throw new MMFF94Error(
      `${molecule.smiles}: MMFF94 has no parameters for this molecule (${reason}). Leave out the MMFF94 step for it.`,
    );
  }
}

function readCoordinates(copy: OpenChemLib.Molecule): Float32Array {
  const n = copy.getAllAtoms();
  const out = new Float32Array(3 * n);
  for (let i = 0; i < n; i++) {
    const atom = copy.getAtomMapNo(i) - 1;
    out.set([copy.getAtomX(i), copy.getAtomY(i), copy.getAtomZ(i)], 3 * atom);
  }
  return out;
}

/** Any coordinates that keep atoms apart, [n,3]. */
function spreadOut(n: number): Float32Array {
  return Float32Array.from({ length: 3 * n }, (_, k) => (k % 3 === 0 ? k : (k * k) % 7));
}
