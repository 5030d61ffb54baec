/** Fills a `Molecule` from RDKit's perception. */
import { adjacency } from './adjacency.js';
import { conjugatedBonds, hybridisations } from './hybridisation.js';
import type { Atom, Bond, Molecule } from './molecule.js';
import { MoleculeError, noElement, shorten } from './molecule-error.js';
import { pairKey } from './pair-key.js';
import type { JsonAtom, JsonBond, JsonDocument, StereoTags } from './rdkit-json.js';
import type { RDKitMol } from './rdkit.js';
import { refuseLarge } from './size-limit.js';
import { stereoBonds } from './stereo-bonds.js';
import { symmetryClasses } from './symmetry-classes.js';
import { tetrahedralCentres } from './tetrahedral-centres.js';
import { valenceProblem } from './valence.js';

/** Fills a `Molecule` from an RDKit molecule with implicit hydrogens, which this adds to it. */
export function perceive(mol: RDKitMol, name: string): Molecule {
  const skeletonCount = mol.get_num_atoms();
  refuseLarge(skeletonCount, `"${shorten(name)}"`);
  const smiles = mol.get_smiles();
  const tags = JSON.parse(mol.get_stereo_tags()) as StereoTags;
  mol.add_hs_in_place();
  const { defaults, molecules } = JSON.parse(mol.get_json()) as JsonDocument;
  const [graph] = molecules;
  const extension = graph.extensions?.find((entry) => entry.name === 'rdkitRepresentation');
  const jsonAtoms: JsonAtom[] = graph.atoms.map((atom) => ({ ...defaults.atom, ...atom }));
  const jsonBonds: JsonBond[] = (graph.bonds ?? []).map((bond) => ({ ...defaults.bond, ...bond }));
  const rings = extension?.atomRings ?? [];

  const dummy = jsonAtoms.findIndex((atom) => atom.z === 0);
  if (dummy >= 0) throw noElement(`"${shorten(name)}"`, dummy);
  const aromaticAtoms = new Set(extension?.aromaticAtoms);
  const aromaticBonds = new Set(extension?.aromaticBonds);

  const coreAtoms = jsonAtoms.map(({ z, chg, nRad, isotope }) => ({
    element: z,
    charge: chg,
    radicals: nRad,
    isotope,
  }));
  const coreBonds = jsonBonds.map(({ bo, atoms: [a, b] }, index) => ({
    a,
    b,
    order: kekuleOrder(bo, name),
    aromatic: aromaticBonds.has(index),
  }));
  // Aromatic bonds beside a triple one pass RDKit's own check, and come out with too many bonds.
  const problem = valenceProblem({ atoms: coreAtoms, bonds: coreBonds });
  if (problem !== undefined)
    throw new MoleculeError(
      'invalid',
      `"${shorten(name)}": with single and double bonds in its aromatic rings, ${problem}. Check it.`,
    );
  const conjugated = conjugatedBonds(coreAtoms, coreBonds);
  const hybridisation = hybridisations(coreAtoms, coreBonds, conjugated);
  const neighbours = adjacency(coreAtoms.length, coreBonds);
  const ringBonds = new Map<string, number>();
  for (const ring of rings) {
    ring.forEach((atom, i) => {
      const key = pairKey(atom, ring[(i + 1) % ring.length]);
      ringBonds.set(key, Math.min(ringBonds.get(key) ?? Infinity, ring.length));
    });
  }

  const atoms: Atom[] = coreAtoms.map((atom, i) => ({
    ...atom,
    aromatic: aromaticAtoms.has(i),
    hybridisation: hybridisation[i],
    hydrogens: neighbours[i].filter((j) => coreAtoms[j].element === 1).length,
  }));
  const bonds: Bond[] = coreBonds.map((bond, i) => ({
    ...bond,
    inRing: ringBonds.has(pairKey(bond.a, bond.b)),
    conjugated: conjugated[i],
  }));
  let known: readonly number[] | undefined;
  const classes = (): readonly number[] =>
    (known ??= symmetryClasses(
      atoms.map((atom) => `${atom.element} ${atom.charge} ${atom.isotope} ${atom.radicals}`),
      bonds,
    ));
  return {
    name,
    smiles,
    atoms,
    bonds,
    rings,
    centres: tetrahedralCentres(jsonAtoms, neighbours, bonds, rings, tags, classes),
    stereoBonds: stereoBonds(jsonBonds, atoms, bonds, neighbours, ringBonds, skeletonCount, tags, classes),
    charge: atoms.reduce((sum, atom) => sum + atom.charge, 0),
    skeletonCount,
  };
}

/** RDKit writes dative bonds as 17 and beyond, zero-order ones as 0. */
function kekuleOrder(order: number, name: string): 0 | 1 | 2 | 3 {
  if (order === 0 || order >= 17) return 0;
  if (order === 1 || order === 2 || order === 3) return order;
  throw new MoleculeError(
    'invalid',
    `"${shorten(name)}" holds a bond of order ${order}; single, double, triple, aromatic and dative bonds are understood.`,
  );
}
