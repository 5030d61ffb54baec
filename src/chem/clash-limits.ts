/** How near two atoms of a molecule may come to each other. Bounds are from the reference ensembles of geometry-checks.ts. */
import { adjacency } from './adjacency.js';
import { covalentRadius } from './elements.js';
import type { Molecule } from './molecule.js';

/**
 * How much farther than the sum of their covalent radii two atoms three or more bonds apart must be, in Å. The least
 * in the reference conformers was 0.80 (H⋯H in a crowded biaryl), 0.85 (I⋯I), 0.92 and more otherwise.
 */
const CLASH_MARGIN = 0.7;

/** The same between a hydrogen and an atom that can hold a hydrogen bond with it: 0.42 was seen, in O–H⋯O⁻. */
const HYDROGEN_BOND_MARGIN = 0.25;

/**
 * The same of S, P, Se, Te and I with each other, N, O and halogens (S⋯O, S⋯N and P⋯O of 2.24 Å in 1,4 and 1,5 contacts; I⋯O of 2.7 Å
 * between the acetates of PhI(OAc)2 and their iodine, in GFN2-xTB and in crystals: Alcock, Adv. Inorg. Chem. Radiochem.
 * 15, 1, 1972; I⋯Br of 3.22 Å beside an iodyl group, in GFN2-xTB), and of S⋯S (2.4 Å in thiathiophthenes).
 */
const SOFT_MARGINS = { sulfur: 0.28, other: 0.5 };
const SOFT = new Set([15, 16, 34, 52, 53]);
const LONE_PAIRS = new Set([7, 8, 9, 15, 16, 17, 35]);

/**
 * The same of B and an atom that gives it an electron pair where the bond is not drawn: triethanolamine borate has B⋯N of
 * 1.68 Å in the crystal (Taira & Osaki, Inorg. Nucl. Chem. Lett. 7, 509, 1971), 1.89 in GFN2-xTB.
 */
const DATIVE_MARGIN = 0.1;
const DONORS = new Set([7, 8, 9, 15, 16, 17]);

/** The same of atoms in one ring of up to six, across it: 0.65 is seen between the C and B at the heads of bicyclo[2.2.2] borates. */
const RING_MARGIN = 0.55;
const LARGEST_RING = 6;

const ACCEPTORS = new Set([7, 8, 9, 16, 17]);

/** Atoms nearer than this lie on top of each other, in Å: less than two thirds of any bond there is. */
export const COINCIDENT = 0.45;

/** [n,n] Å, above the diagonal: how near two atoms may come; 0 for bonded ones, for which other bounds hold. */
export function clashLimits(molecule: Molecule): Float32Array {
  const n = molecule.atoms.length;
  const radii = molecule.atoms.map(({ element }) => covalentRadius(element));
  const near = nearPairs(molecule, n);
  const inOneRing = new Set(
    molecule.rings.flatMap((ring) =>
      ring.length <= LARGEST_RING ? ring.flatMap((i) => ring.map((j) => i * n + j)) : [],
    ),
  );
  const limits = new Float32Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      const steps = near[i * n + j];
      const margin = clashMargin(molecule, i, j);
      const allowed = inOneRing.has(i * n + j) ? Math.min(margin, RING_MARGIN) : margin;
      limits[i * n + j] = steps === 1 ? 0 : steps === 2 ? COINCIDENT : radii[i] + radii[j] + allowed;
    }
  return limits;
}

function clashMargin({ atoms }: Molecule, i: number, j: number): number {
  const [a, b] = [atoms[i].element, atoms[j].element];
  if ((a === 1 && ACCEPTORS.has(b)) || (b === 1 && ACCEPTORS.has(a))) return HYDROGEN_BOND_MARGIN;
  if ((a === 5 && DONORS.has(b)) || (b === 5 && DONORS.has(a))) return DATIVE_MARGIN;
  if (a === 16 && b === 16) return SOFT_MARGINS.sulfur;
  return (SOFT.has(a) && LONE_PAIRS.has(b)) || (SOFT.has(b) && LONE_PAIRS.has(a)) ? SOFT_MARGINS.other : CLASH_MARGIN;
}

/** [n,n]: 1 for bonded pairs, 2 for those with a common neighbour, 0 for the others. */
function nearPairs({ bonds }: Molecule, n: number): Uint8Array {
  const near = new Uint8Array(n * n);
  const neighbours = adjacency(n, bonds);
  for (const around of neighbours) for (const i of around) for (const j of around) near[i * n + j] = 2;
  neighbours.forEach((around, i) => {
    for (const j of around) near[i * n + j] = 1;
  });
  return near;
}
