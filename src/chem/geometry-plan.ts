/** What is to be measured in every conformer of a molecule: bonds, straight and flat places, ends of double bonds, rings. */
import { adjacency } from './adjacency.js';
import { lengthBounds } from './bond-lengths.js';
import { isBridgehead } from './bridgehead.js';
import { clashLimits } from './clash-limits.js';
import { cumulenes } from './cumulenes.js';
import { elementSymbol } from './elements.js';
import type { Bond, Molecule } from './molecule.js';
import { unusualLength } from './unusual-lengths.js';

/** Two ends whose planes are held against each other: of a double bond, a cumulene, an amide. */
export interface EndPlanes {
  /** The ends themselves. */
  readonly a: number;
  readonly b: number;
  /** The other neighbours of each, one or two. */
  readonly ofA: readonly number[];
  readonly ofB: readonly number[];
  /** Whether the planes are to be perpendicular, instead of the same. */
  readonly perpendicular: boolean;
  readonly kind: PlaneKind;
}

export type PlaneKind =
  | 'double bond'
  | 'double bond of a small ring'
  | 'double bond of a medium ring'
  | 'cumulene'
  | 'cumulene of a ring'
  | 'amide'
  /** An amide of two nitrogens or two acyl groups. */
  | 'urea or imide'
  | 'amide of a ring';

export interface GeometryPlan {
  readonly atoms: number;
  /** [atoms, atoms] Å: how near two atoms may come; see clash-limits.ts. */
  readonly clashLimits: Float32Array;
  /**
   * One a bond; `kind` names it in the table of lengths, `least` and `largest` bound it, in Å. `unusual` names what makes it
   * unlike others of its kind, where something does.
   */
  readonly bonds: readonly {
    readonly a: number;
    readonly b: number;
    readonly kind: string;
    readonly inRing: boolean;
    readonly least: number;
    readonly largest: number;
    readonly unusual?: string | undefined;
  }[];
  /** Angles that are straight: the middle atom second; the smallest ring that holds both bonds, Infinity for none. */
  readonly straight: readonly { readonly atoms: readonly [number, number, number]; readonly ringSize: number }[];
  /** Atoms with more than four pairs of electrons: of all angles at them one is nearly straight, and none is narrow. */
  readonly hypervalent: readonly { readonly atom: number; readonly around: readonly number[] }[];
  readonly planes: readonly EndPlanes[];
  /** Atoms that lie in the plane of their three neighbours. */
  readonly flat: readonly {
    readonly atom: number;
    readonly around: readonly [number, number, number];
    readonly kind: FlatKind;
  }[];
  /** Aromatic rings of up to six atoms. */
  readonly aromaticRings: readonly (readonly number[])[];
  /** Rings with the bonds that could pass through them. */
  readonly holes: readonly {
    readonly ring: readonly number[];
    readonly bonds: readonly (readonly [number, number])[];
  }[];
}

export type FlatKind = 'aromatic carbon' | 'double-bonded' | 'boron' | 'amide nitrogen';

/** Larger rings that count as aromatic (azepines and such) are often puckered. */
const LARGEST_FLAT_RING = 6;
/** Beyond, a ring's surface is no longer told by its centre. */
const LARGEST_HOLE = 8;
/** Rings in which a double bond may be trans and strained. */
const MEDIUM_RING: readonly [number, number] = [8, 11];

/**
 * Name of a bond among those of alike length: both elements with their numbers of neighbours, and the order (`a` for an
 * aromatic, `c` for a conjugated single bond).
 */
export function bondKind(
  { atoms }: Molecule,
  { a, b, order, aromatic, conjugated }: Bond,
  degree: readonly number[],
): string {
  const ends = [a, b].map((i) => `${elementSymbol(atoms[i].element)}${degree[i]}`).sort();
  return `${ends.join(' ')} ${aromatic ? 'a' : order === 1 && conjugated ? 'c' : order}`;
}

/** Its nitrogens turn easily: in GFN2 minima of acylated ones the planes are up to 89° from where an allene's are. */
const isCarbodiimide = ({ atoms }: Molecule, chain: readonly number[]): boolean =>
  [chain[0], chain[chain.length - 1]].every((end) => atoms[end].element === 7);

/** Whether the atom's double bond is that of a phosphorus or sulfur ylide: the carbon of one is pyramidal, with volumes of 0.55 to 0.81 in GFN2 minima. */
const isYlide = (atom: number, { atoms, bonds }: Molecule, degree: readonly number[]): boolean =>
  bonds.some(({ a, b, order }) => {
    const other = a === atom ? b : b === atom ? a : undefined;
    if (order !== 2 || other === undefined) return false;
    const { element } = atoms[other];
    return (element === 15 && degree[other] === 4) || (element === 16 && degree[other] >= 3);
  });

export function geometryPlan(molecule: Molecule): GeometryPlan {
  const { atoms, bonds, rings } = molecule;
  const neighbours = adjacency(atoms.length, bonds);
  const degree = neighbours.map((around) => around.length);
  const ringSize = (i: number, j: number): number =>
    Math.min(Infinity, ...rings.filter((ring) => ring.includes(i) && ring.includes(j)).map((ring) => ring.length));
  const multiple = atoms.map(() => ({ double: 0, triple: 0, aromatic: false }));
  for (const { a, b, order, aromatic } of bonds)
    for (const end of [a, b]) {
      if (aromatic) multiple[end].aromatic = true;
      else if (order === 2) multiple[end].double++;
      else if (order === 3) multiple[end].triple++;
    }
  const isAcyl = (atom: number): boolean =>
    atoms[atom].element === 6 &&
    bonds.some(
      ({ a, b, order }) =>
        order === 2 &&
        ((a === atom && [8, 16].includes(atoms[b].element)) || (b === atom && [8, 16].includes(atoms[a].element))),
    );
  /** Not one that a heteroatom, a ring of three or two rings make pyramidal. */
  const isAmideNitrogen = (atom: number): boolean =>
    atoms[atom].element === 7 &&
    atoms[atom].charge === 0 &&
    !atoms[atom].aromatic &&
    neighbours[atom].every((i) => [1, 6].includes(atoms[i].element)) &&
    !rings.some((ring) => ring.length === 3 && ring.includes(atom)) &&
    rings.filter((ring) => ring.includes(atom)).length < 2;
  const without = (end: number, far: number): number[] => neighbours[end].filter((i) => i !== far);

  const chains = cumulenes(molecule);
  const planes: EndPlanes[] = chains.flatMap(({ chain, substituents: [ofA, ofB] }) =>
    ofA.length === 0 || ofB.length === 0 || ofA.length > 2 || ofB.length > 2 || isCarbodiimide(molecule, chain)
      ? []
      : [
          {
            a: chain[0],
            b: chain[chain.length - 1],
            ofA,
            ofB,
            perpendicular: chain.length % 2 === 1,
            kind: rings.some((ring) => ring.includes(chain[0]) && ring.includes(chain[1]))
              ? ('cumulene of a ring' as const)
              : ('cumulene' as const),
          },
        ],
  );
  const cumulated = new Set(chains.flatMap(({ chain }) => chain.slice(1, -1)));
  const flatEnds = new Set([6, 7]);
  for (const { a, b, order, aromatic } of bonds) {
    const [ofA, ofB] = [without(a, b), without(b, a)];
    if (ofA.length === 0 || ofB.length === 0 || ofA.length > 2 || ofB.length > 2) continue;
    const size = ringSize(a, b);
    if (order === 2 && !aromatic && flatEnds.has(atoms[a].element) && flatEnds.has(atoms[b].element)) {
      if (cumulated.has(a) || cumulated.has(b) || multiple[a].double > 1 || multiple[b].double > 1) continue;
      const kind =
        size < MEDIUM_RING[0]
          ? 'double bond of a small ring'
          : size <= MEDIUM_RING[1]
            ? 'double bond of a medium ring'
            : 'double bond';
      planes.push({ a, b, ofA, ofB, perpendicular: false, kind });
    } else if (order === 1 && !aromatic && ofA.length === 2 && ofB.length === 2) {
      const acyl = isAcyl(a) && isAmideNitrogen(b) ? a : isAcyl(b) && isAmideNitrogen(a) ? b : undefined;
      if (acyl === undefined) continue;
      const nitrogen = acyl === a ? b : a;
      // Of two nitrogens at a carbonyl group, or two carbonyl groups at a nitrogen, one may be left alone.
      const isUrea =
        neighbours[acyl].filter((i) => atoms[i].element === 7).length > 1 ||
        neighbours[nitrogen].filter(isAcyl).length > 1;
      planes.push({
        a,
        b,
        ofA,
        ofB,
        perpendicular: false,
        kind: size < Infinity ? 'amide of a ring' : isUrea ? 'urea or imide' : 'amide',
      });
    }
  }

  const straight = atoms.flatMap(({ element, charge }, atom) => {
    const { double, triple } = multiple[atom];
    const isLinear =
      degree[atom] === 2 &&
      ((element === 6 && (triple === 1 || double === 2)) ||
        (element === 7 && charge === 1 && (triple === 1 || double === 2)) ||
        // The middle of a trihalide ion: five pairs of electrons.
        ([17, 35, 53].includes(element) && charge === -1));
    if (!isLinear) return [];
    const [i, j] = neighbours[atom];
    const sizes = rings.filter((ring) => [i, atom, j].every((x) => ring.includes(x))).map((ring) => ring.length);
    return [{ atoms: [i, atom, j] as const, ringSize: Math.min(Infinity, ...sizes) }];
  });

  // Five or six neighbours, or three or four single bonds where the octet asks for one (VSEPR).
  const hypervalent = atoms.flatMap(({ element, charge }, atom) => {
    const single = multiple[atom].double + multiple[atom].triple === 0 && !multiple[atom].aromatic && charge === 0;
    const seeSaw = single && degree[atom] === 4 && [16, 34, 52].includes(element);
    const tShaped = single && degree[atom] === 3 && [17, 35, 53].includes(element);
    return (degree[atom] >= 5 && degree[atom] <= 6) || seeSaw || tShaped ? [{ atom, around: neighbours[atom] }] : [];
  });

  const flat = atoms.flatMap(({ element, charge, radicals }, atom) => {
    if (degree[atom] !== 3) return [];
    const around = neighbours[atom] as unknown as readonly [number, number, number];
    const { double, aromatic } = multiple[atom];
    const entry = (kind: FlatKind) => [{ atom, around, kind }];
    if (aromatic && element === 6) return entry('aromatic carbon');
    if (double === 1 && (element === 6 || (element === 7 && charge === 1)))
      return isYlide(atom, molecule, degree) ? [] : entry('double-bonded');
    // In a cage it cannot be: 0.51 in GFN2 minima of 1-boraadamantane, 0.70 in 9-boratriptycene.
    if (element === 5 && radicals === 0 && !isBridgehead(atom, bonds, rings)) return entry('boron');
    if (isAmideNitrogen(atom) && around.some((i) => isAcyl(i))) return entry('amide nitrogen');
    return [];
  });

  return {
    atoms: atoms.length,
    clashLimits: clashLimits(molecule),
    bonds: bonds.map((bond) => {
      const { a, b, inRing } = bond;
      const kind = bondKind(molecule, bond, degree);
      const unusual = unusualLength(molecule, bond, neighbours);
      const [least, largest] = unusual?.bounds ?? lengthBounds(kind, [atoms[a].element, atoms[b].element]);
      return { a, b, kind, inRing, least, largest, ...(unusual && { unusual: unusual.name }) };
    }),
    straight,
    hypervalent,
    planes,
    flat,
    aromaticRings: rings.filter(
      (ring) => ring.length <= LARGEST_FLAT_RING && ring.every((atom) => atoms[atom].aromatic),
    ),
    holes: rings
      .filter((ring) => ring.length <= LARGEST_HOLE && ring.length > 3)
      .map((ring) => ({
        ring,
        bonds: bonds.flatMap(({ a, b }) => (ring.includes(a) || ring.includes(b) ? [] : [[a, b] as const])),
      })),
  };
}
