/**
 * Writes a molecule's SMILES with all its stereo, where RDKit's own drops some: Kekulé bonds, atoms in the order of the
 * molecule as far as a depth-first walk goes. Not canonical.
 */
import { cumulenes } from './cumulenes.js';
import { elementSymbol } from './elements.js';
import type { Molecule } from './molecule.js';
import { samePair } from './pair-key.js';
import { isEvenPermutation } from './parity.js';

const BOND = ['->', '', '=', '#'] as const;
/** Valences up to which a reader adds hydrogens to an atom without brackets (OpenSMILES, section 3.1.5). */
const USUAL_VALENCES: Readonly<Record<string, readonly number[]>> = {
  B: [3],
  C: [4],
  N: [3, 5],
  O: [2],
  P: [3, 5],
  S: [2, 4, 6],
  F: [1],
  Cl: [1],
  Br: [1],
  I: [1],
};

/** @param molecule its specified centres, double bonds and axes are written; hydrogens beyond the skeleton as counts. */
export function writeSmiles({
  atoms,
  bonds,
  centres,
  stereoBonds,
  axes = [],
  skeletonCount,
  mapNumbers,
}: Molecule): string {
  const neighbours = atoms.map((): { atom: number; bond: number }[] => []);
  bonds.forEach(({ a, b }, bond) => {
    neighbours[a].push({ atom: b, bond });
    neighbours[b].push({ atom: a, bond });
  });
  const skeletal = (atom: number) =>
    neighbours[atom].filter((next) => next.atom < skeletonCount).sort((x, y) => x.atom - y.atom);

  // A first walk finds the tree and the ring closures, a second one writes.
  const children = atoms.map((): { atom: number; bond: number }[] => []);
  const closures = atoms.map((): { atom: number; bond: number }[] => []);
  /** One each, none of the first atom. */
  const parents = atoms.map((): number[] => []);
  const seen = new Set<number>();
  const onPath = new Set<number>();
  const visit = (atom: number, from: number): void => {
    seen.add(atom);
    onPath.add(atom);
    for (const next of skeletal(atom)) {
      if (next.bond === from) continue;
      if (!seen.has(next.atom)) {
        parents[next.atom].push(atom);
        children[atom].push(next);
        visit(next.atom, next.bond);
      } else if (onPath.has(next.atom)) {
        closures[next.atom].push({ atom, bond: next.bond });
        closures[atom].push(next);
      }
    }
    onPath.delete(atom);
  };
  visit(0, -1);

  /** Neighbours in the order in which the text will have them; hydrogens of the brackets after the atom before. */
  const ordered = (atom: number): number[] => [
    ...parents[atom],
    ...neighbours[atom].filter((next) => next.atom >= skeletonCount).map((next) => next.atom),
    ...closures[atom].map((closure) => closure.atom),
    ...children[atom].map((child) => child.atom),
  ];
  const marks = new Map<number, string>();
  for (const { atom, neighbours: wanted, specified } of centres) {
    if (specified) marks.set(atom, isEvenPermutation(ordered(atom), wanted) ? '@' : '@@');
  }
  const chains = axes.length === 0 ? [] : cumulenes({ atoms, bonds });
  for (const { kind, a, b, references, positive } of axes) {
    const chain = chains.find(({ chain: c }) => samePair(c[0], c[c.length - 1], a, b))?.chain;
    if (kind !== 'allene' || !chain) continue;
    const middle = chain[(chain.length - 1) / 2];
    // Whichever end stands first in the text, the dihedral is the same from either.
    const firsts = [a, b].map((end) => ordered(end).find((i) => !chain.includes(i)));
    const flips = firsts.filter((first, k) => first !== references[k]).length;
    marks.set(middle, positive === (flips % 2 === 0) ? '@' : '@@');
  }
  const directions = bondDirections(stereoBonds, neighbours);
  const symbolOf = (bond: number, from: number): string => {
    const above = directions.get(bond);
    if (above !== undefined) return above === from ? '\\' : '/';
    const { order, a } = bonds[bond];
    return order === 0 && a !== from ? '<-' : BOND[order];
  };
  const atomText = (atom: number): string => {
    const { element, charge, isotope, radicals } = atoms[atom];
    const symbol = elementSymbol(element);
    const mark = marks.get(atom) ?? '';
    const implied = neighbours[atom].filter((next) => next.atom >= skeletonCount).length;
    const valence = skeletal(atom).reduce((sum, { bond }) => sum + bonds[bond].order, 0);
    const dative = skeletal(atom).some(({ bond }) => bonds[bond].order === 0);
    const usual = USUAL_VALENCES[symbol]?.find((value) => value >= valence);
    const map = mapNumbers?.[atom] ?? 0;
    if (!mark && map === 0 && charge === 0 && isotope === 0 && radicals === 0 && !dative && usual === valence + implied)
      return symbol;
    const hydrogen = implied === 0 ? '' : implied === 1 ? 'H' : `H${implied}`;
    const sign = charge === 0 ? '' : (charge > 0 ? '+' : '-') + (Math.abs(charge) > 1 ? Math.abs(charge) : '');
    return `[${isotope || ''}${symbol}${mark}${hydrogen}${sign}${map ? `:${map}` : ''}]`;
  };

  let text = '';
  const open = new Map<number, number>();
  const write = (atom: number): void => {
    text += atomText(atom);
    for (const { bond } of closures[atom]) {
      let number = open.get(bond);
      if (number !== undefined) open.delete(bond);
      else {
        const used = new Set(open.values());
        number = 1;
        while (used.has(number)) number++;
        open.set(bond, number);
        text += symbolOf(bond, atom);
      }
      text += number > 9 ? `%${number}` : number;
    }
    children[atom].forEach(({ atom: child, bond }, i) => {
      const branch = i < children[atom].length - 1;
      text += (branch ? '(' : '') + symbolOf(bond, atom);
      write(child);
      if (branch) text += ')';
    });
  };
  write(0);
  return text;
}

/** For single bonds beside double bonds of specified form, the one of its two atoms that lies above the other. */
function bondDirections(
  stereoBonds: Molecule['stereoBonds'],
  neighbours: readonly (readonly { atom: number; bond: number }[])[],
): Map<number, number> {
  const above = new Map<number, number>();
  /** Whether the reference lies above its end, by a bond of the end that has a direction. */
  const told = (end: number, reference: number): boolean | undefined => {
    for (const { atom, bond } of neighbours[end]) {
      const known = above.get(bond);
      if (known !== undefined) return (known === atom) === (atom === reference);
    }
    return undefined;
  };
  const pending = stereoBonds.filter(({ cis }) => cis !== undefined);
  while (pending.length > 0) {
    // Double bonds that share a single bond follow one another.
    const next = pending.findIndex(
      ({ a, b, references }) => told(a, references[0]) !== undefined || told(b, references[1]) !== undefined,
    );
    const [{ a, b, references, cis }] = pending.splice(Math.max(0, next), 1);
    const ends = [a, b].map((end, k) => ({ end, reference: references[k], up: told(end, references[k]) }));
    const first = ends[0].up ?? (ends[1].up === undefined ? true : ends[1].up === cis);
    ends.forEach(({ end, reference, up }, k) => {
      const link = neighbours[end].find(({ atom }) => atom === reference);
      if (up !== undefined || !link) return;
      const isAbove = k === 0 ? first : first === cis;
      above.set(link.bond, isAbove ? reference : end);
    });
  }
  return above;
}
