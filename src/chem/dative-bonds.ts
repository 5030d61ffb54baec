/**
 * Dative bonds to main-group acceptors, N→B and the like, as single bonds between charges, [N+]–[B−]: RDKit counts the
 * arrow as one of the acceptor's three bonds, and would take a hydrogen off BH3. Those to metals stay as they are.
 */
import { elementSymbol } from './elements.js';
import { readSmilesText } from './smiles-text.js';
import type { Structure } from './structure.js';

/** B, Al, Ga and In. */
const ACCEPTORS = new Set([5, 13, 31, 49]);

const NORMAL_VALENCE: Readonly<Record<number, number>> = {
  5: 3,
  6: 4,
  7: 3,
  8: 2,
  15: 3,
  16: 2,
  9: 1,
  17: 1,
  35: 1,
  53: 1,
};

/** The SMILES with such bonds written as charges; itself where it has none. */
export function chargeSeparated(text: string): string {
  if (!/->|<-/.test(text)) return text;
  const { atoms, bonds } = readSmilesText(text);
  const shifts = new Map<number, number>();
  const turned: boolean[] = [];
  for (const { a, b, symbol } of bonds) {
    if (symbol !== '->' && symbol !== '<-') continue;
    const [donor, acceptor] = symbol === '->' ? [a, b] : [b, a];
    const main = ACCEPTORS.has(atoms[acceptor].element);
    turned.push(main);
    if (!main) continue;
    shifts.set(donor, (shifts.get(donor) ?? 0) + 1);
    shifts.set(acceptor, (shifts.get(acceptor) ?? 0) - 1);
  }
  // Arrows to both kinds of acceptor in one molecule are too rare to be told apart here.
  if (!turned.every(Boolean)) return text;
  let atom = -1;
  return text.replace(/\[[^\]]*\]|Br|Cl|->|<-|[A-Za-z*]/g, (token) => {
    if (token === '->' || token === '<-') return '-';
    atom++;
    const shift = shifts.get(atom);
    if (shift === undefined) return token;
    const { element, isotope, charge, map, mark = '', around } = atoms[atom];
    const plain = !token.startsWith('[');
    const aromatic = /^\[?\d*[a-z]/.test(token);
    const others = bonds.filter(({ a, b, symbol }) => (a === atom || b === atom) && !/->|<-/.test(symbol));
    const taken = others.reduce((sum, bond) => sum + bond.order, 0) + (aromatic ? 1 : 0);
    const hydrogens = plain
      ? Math.max(0, (NORMAL_VALENCE[element] ?? taken) - taken)
      : around.filter((slot) => slot === 'H').length;
    const total = charge + shift;
    const sign = total === 0 ? '' : (total > 0 ? '+' : '-') + (Math.abs(total) > 1 ? Math.abs(total) : '');
    const symbol = aromatic ? elementSymbol(element).toLowerCase() : elementSymbol(element);
    const hydrogen = hydrogens === 0 ? '' : hydrogens === 1 ? 'H' : `H${hydrogens}`;
    return `[${isotope || ''}${symbol}${mark}${hydrogen}${sign}${map ? `:${map}` : ''}]`;
  });
}

/** The structure likewise; a dative bond's donor stands first. */
export function withSeparatedCharges(structure: Structure): Structure {
  const { atoms, bonds } = structure;
  const turns = bonds.map(({ b, order }) => order === 0 && ACCEPTORS.has(atoms[b].element));
  if (!turns.some(Boolean)) return structure;
  const shift = atoms.map(() => 0);
  bonds.forEach(({ a, b }, i) => {
    if (!turns[i]) return;
    shift[a] += 1;
    shift[b] -= 1;
  });
  const { molblock: _, ...rest } = structure;
  return {
    ...rest,
    atoms: atoms.map((atom, i) => ({ ...atom, charge: atom.charge + shift[i] })),
    bonds: bonds.map((bond, i) => (turns[i] ? { ...bond, order: 1 } : bond)),
    // The drawing itself cannot be handed on: its bond types are the old ones.
    ...(structure.dimension === 3 && structure.molblock !== undefined && { molblock: structure.molblock }),
  };
}
