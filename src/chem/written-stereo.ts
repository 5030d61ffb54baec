/** The marks of stereo that a SMILES has in its text, each with the sense that it gives, in the molecule's own atoms. */
import { adjacency } from './adjacency.js';
import { cumulenes } from './cumulenes.js';
import { atomsByInput } from './match-order.js';
import type { Molecule, StereoAxis, StereoBond, TetrahedralCentre } from './molecule.js';
import { pairKey } from './pair-key.js';
import { isEvenPermutation } from './parity.js';
import type { TextGraph } from './smiles-text.js';

/** A mark with the words that name it to whoever wrote it. */
export type WrittenMark = { readonly words: string } & (
  | { readonly kind: 'centre'; readonly centre: TetrahedralCentre }
  | { readonly kind: 'bond'; readonly bond: StereoBond }
  | { readonly kind: 'axis'; readonly axis: StereoAxis }
  | { readonly kind: 'nothing'; readonly atoms: readonly number[]; readonly why: string }
);

/**
 * @param order as `matchOrder` gives it: for each atom of the molecule its atom in the text, −1 for a hydrogen that the
 *   text implies.
 */
export function writtenStereo(text: TextGraph, molecule: Molecule, order: Int32Array): WrittenMark[] {
  const toMolecule = atomsByInput(order);
  const { atoms, bonds, skeletonCount } = molecule;
  const neighbours = adjacency(atoms.length, bonds);
  /** Neighbours of an atom in the order of the text; the hydrogen within its brackets is one that the text lacks. */
  const around = (atom: number): number[] => {
    const implied = neighbours[atom].filter((j) => order[j] < 0);
    return text.atoms[order[atom]].around.flatMap((slot) =>
      slot === 'H' ? implied.splice(0, 1) : (toMolecule.get(slot) ?? []),
    );
  };
  const name = (textAtom: number): string => `atom ${textAtom + 1}, "${text.atoms[textAtom].token}"`;
  const chains = cumulenes(molecule);
  const marks: WrittenMark[] = [];

  text.atoms.forEach(({ mark, markClass, token }, t) => {
    const atom = toMolecule.get(t);
    if (mark === undefined || atom === undefined) return;
    const words = name(t);
    if (markClass !== undefined && !/^(?:TH|AL)/.test(markClass)) {
      const why = `its class @${markClass} is of a geometry whose forms are not told apart; all of them may come`;
      marks.push({ kind: 'nothing', atoms: [atom], words, why });
      return;
    }
    // @TH2 and @AL2 are the clockwise ones.
    const counterclockwise = markClass === undefined ? mark === '@' : markClass.endsWith('1');
    const allene = chains.find(({ chain }) => chain.length % 2 === 1 && chain[(chain.length - 1) / 2] === atom);
    if (allene) {
      marks.push(alleneMark(allene, atom, counterclockwise, words));
      return;
    }
    const list = around(atom);
    if (list.length < 3 || list.length > 4) {
      const why = `it has ${list.length} neighbours${token.includes('H') ? ' with its hydrogens' : ''}, of which no order makes a hand`;
      marks.push({ kind: 'nothing', atoms: [atom], words, why });
      return;
    }
    const ascending = [...list].sort((x, y) => x - y);
    if (counterclockwise !== isEvenPermutation(list)) [ascending[0], ascending[1]] = [ascending[1], ascending[0]];
    marks.push({ kind: 'centre', words, centre: { atom, neighbours: ascending, specified: true } });
  });

  /** Whether a neighbour lies above the end of a double bond, where the text says. */
  const above = (end: number, other: number): boolean | undefined => {
    const [e, o] = [order[end], order[other]];
    for (const { a, b, up } of text.bonds) {
      if (up === undefined) continue;
      if (a === e && b === o) return up;
      if (b === e && a === o) return !up;
    }
    return undefined;
  };
  const used = new Set<string>();
  const ends = [
    ...bonds.flatMap(({ a, b, order: bondOrder, aromatic }) =>
      bondOrder === 2 && !aromatic && !chains.some(({ chain }) => chain.includes(a) && chain.includes(b))
        ? [{ chain: [a, b], sides: [without(neighbours[a], b), without(neighbours[b], a)] }]
        : [],
    ),
    ...chains.map(({ chain, substituents }) => ({ chain, sides: substituents })),
  ];
  for (const { chain, sides } of ends) {
    const [a, b] = [chain[0], chain[chain.length - 1]];
    const directed = [a, b].map((end, k) =>
      [...sides[k]]
        .sort((x, y) => x - y)
        .flatMap((other) => {
          const up = above(end, other);
          if (up !== undefined) used.add(pairKey(order[end], order[other]));
          return up === undefined ? [] : [{ other, up }];
        }),
    );
    if (directed.every((side) => side.length === 0)) continue;
    const words = `the marks / and \\ at the double bond between atoms ${order[a] + 1} and ${order[b] + 1}`;
    if (chain.length % 2 === 1) continue;
    if (directed.some((side) => side.length === 0)) {
      // The other end may be what the mark belongs to: C/C=C/C=CC marks one of two double bonds with a shared one.
      continue;
    }
    const [p, q] = directed.map(([first]) => first);
    // The references are skeleton atoms where there are such; the other side of an end lies opposite.
    const [first, second] = [p, q].map(({ other, up }, k) => {
      if (other < skeletonCount) return { other, up };
      const heavy = sides[k].find((x) => x < skeletonCount);
      return heavy === undefined ? { other, up } : { other: heavy, up: !up };
    });
    marks.push({
      kind: 'bond',
      words,
      bond: { a, b, references: [first.other, second.other], cis: first.up === second.up },
    });
  }
  const known = new Set(
    marks.flatMap((mark) => (mark.kind === 'bond' ? [mark.bond.a, mark.bond.b] : [])).map((i) => order[i]),
  );
  for (const { a, b, up, symbol } of text.bonds) {
    if (up === undefined || known.has(a) || known.has(b)) continue;
    const [i, j] = [toMolecule.get(a), toMolecule.get(b)];
    if (i === undefined || j === undefined) continue;
    marks.push({
      kind: 'nothing',
      atoms: [i, j],
      words: `the mark ${symbol} between atoms ${a + 1} and ${b + 1}`,
      why: used.has(pairKey(a, b))
        ? 'the other end of its double bond has no such mark; the bond is left open'
        : 'it stands at no double bond that could be cis or trans',
    });
  }
  return marks;

  /** The neighbours of both ends in the order of the text are those of a tetrahedron that the axis stands for. */
  function alleneMark(
    { chain }: { readonly chain: readonly number[] },
    middle: number,
    counterclockwise: boolean,
    words: string,
  ): WrittenMark {
    const middleAt = chain.indexOf(middle);
    const towards = around(middle).map((next) => (chain.indexOf(next) < middleAt ? chain[0] : chain[chain.length - 1]));
    const [a, b] = towards;
    const lists = [a, b].map((end) => {
      const listed = around(end);
      // A hydrogen that no bracket writes stands after the atom before.
      const implied = neighbours[end].filter((j) => order[j] < 0 && !listed.includes(j));
      const [before, ...rest] = listed;
      const all =
        order[before] < order[end] && before !== undefined ? [before, ...implied, ...rest] : [...implied, ...listed];
      return all.filter((j) => !chain.includes(j));
    });
    if (lists.some((list) => list.length !== 2)) {
      return { kind: 'nothing', atoms: [middle], words, why: 'an end of the allene does not bear two neighbours' };
    }
    let positive = counterclockwise;
    const references = lists.map((list) => {
      const chosen = list[0] < skeletonCount ? 0 : 1;
      if (chosen === 1) positive = !positive;
      return list[chosen];
    });
    return {
      kind: 'axis',
      words,
      axis: { kind: 'allene', a, b, references: [references[0], references[1]], positive },
    };
  }
}

function without(list: readonly number[], entry: number): number[] {
  return list.filter((x) => x !== entry);
}
