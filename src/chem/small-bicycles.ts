/** Pairs of bridgeheads whose hands go together, because the rings between them are too small for the other form. */
import type { Molecule, TetrahedralCentre } from './molecule.js';
import { isEvenPermutation } from './parity.js';

/** Two bridgeheads, each with its neighbours towards the three bridges, in one order of the bridges. */
export interface BridgeheadPair {
  readonly atoms: readonly [number, number];
  readonly towards: readonly [readonly number[], readonly number[]];
}

/**
 * Bridgeheads of bicycles of which only one form can be built: of x, y and z atoms in the bridges, in–out forms are known
 * from bicyclo[4.4.1] and [5.3.1] on (Alder and East, Chem. Rev. 1996, 96, 2097), trans-fused ones from
 * bicyclo[3.2.0] and, with a cyclopropane, bicyclo[5.1.0] on.
 */
export function bridgeheadPairs({ rings }: Pick<Molecule, 'rings'>): BridgeheadPair[] {
  return rings.flatMap((ring, i) => rings.slice(i + 1).flatMap((other) => pairOf(ring, other) ?? []));
}

function pairOf(ring: readonly number[], other: readonly number[]): BridgeheadPair | undefined {
  const shared = new Set(ring.filter((atom) => other.includes(atom)));
  const path = sharedPath(ring, shared);
  if (!path || path.length < 2) return undefined;
  const [a, b] = [path[0], path[path.length - 1]];
  const [x, y, z] = [path.length - 2, ring.length - path.length, other.length - path.length].sort((p, q) => p - q);
  const small = x > 0 ? x + y + z <= 8 : y + z <= 4 || (y === 1 && z <= 4);
  if (!small) return undefined;
  const within = (end: number, inner: number): number => (path.length === 2 ? (end === a ? b : a) : inner);
  const outside = (members: readonly number[], end: number): number | undefined =>
    around(members, end).find((atom) => !path.includes(atom));
  const towards = [a, b].map((end) => [
    within(end, end === a ? path[1] : path[path.length - 2]),
    outside(ring, end),
    outside(other, end),
  ]);
  if (towards.flat().includes(undefined)) return undefined;
  return { atoms: [a, b], towards: [towards[0] as number[], towards[1] as number[]] };
}

/** The shared atoms in the order of the ring; undefined where they do not lie in one row. */
function sharedPath(ring: readonly number[], shared: ReadonlySet<number>): number[] | undefined {
  const start = ring.findIndex((atom, i) => shared.has(atom) && !shared.has(ring[(i + ring.length - 1) % ring.length]));
  if (start < 0) return undefined;
  const turned = [...ring.slice(start), ...ring.slice(0, start)];
  const length = turned.findIndex((atom) => !shared.has(atom));
  return length === shared.size ? turned.slice(0, length) : undefined;
}

function around(ring: readonly number[], atom: number): [number, number] {
  const at = ring.indexOf(atom);
  return [ring[(at + 1) % ring.length], ring[(at + ring.length - 1) % ring.length]];
}

/** Whether the hands of both, where both have one, are those that the bicycle can have: opposite, seen along the bridges. */
export function canBeBuilt(
  { atoms, towards }: BridgeheadPair,
  handOf: (atom: number) => TetrahedralCentre | undefined,
): boolean {
  const [a, b] = atoms.map((atom, k) => {
    const centre = handOf(atom);
    if (!centre) return undefined;
    const rest = centre.neighbours.filter((neighbour) => !towards[k].includes(neighbour));
    const order = [...towards[k], ...rest];
    return order.length === centre.neighbours.length ? isEvenPermutation(order, centre.neighbours) : undefined;
  });
  return a === undefined || b === undefined || a !== b;
}
