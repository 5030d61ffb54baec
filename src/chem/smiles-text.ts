/** Reads the text of a SMILES: atoms, bonds and the marks of stereo as they are written, before any chemistry. */
import { atomicNumber } from './elements.js';

export interface TextAtom {
  /** As written, such as `[C@@H]`. */
  readonly token: string;
  /** 0 for `*` and what is no element. */
  readonly element: number;
  readonly isotope: number;
  readonly charge: number;
  /** Atom map number; 0 for none. */
  readonly map: number;
  /** `@` or `@@`, whatever class follows it. */
  readonly mark?: '@' | '@@' | undefined;
  /** A class beside the tetrahedral one, such as `SP1` or `OH3`. */
  readonly markClass?: string | undefined;
  /** Neighbours in the order that a mark counts them: `H` is a hydrogen within the brackets. */
  readonly around: readonly (number | 'H')[];
}

export interface TextBond {
  /** In the order of the text; a ring closure runs from where it is opened. */
  readonly a: number;
  readonly b: number;
  /** As written, `/` and `\` included; empty where nothing is. */
  readonly symbol: string;
  readonly order: 0 | 1 | 2 | 3;
  /** With `/` or `\`: whether b lies above a. */
  readonly up?: boolean | undefined;
}

export interface TextGraph {
  readonly atoms: readonly TextAtom[];
  readonly bonds: readonly TextBond[];
}

const TOKENS = /\[[^\]]*\]|Br|Cl|[A-Za-z*]|%\(\d+\)|%\d\d|\d|->|<-|./g;
const BRACKET =
  /^\[(\d*)([A-Z][a-z]?|[a-z]{1,2}|\*)(@{0,2})((?:TH|AL|SP|TB|OH)\d+)?(H\d*)?([+-]+\d*|[+-]\d+)?(?::(\d+))?\]$/;
const ORDERS: Readonly<Record<string, TextBond['order']>> = { '=': 2, '#': 3, '->': 0, '<-': 0, '~': 0 };

type Slot = number | 'H' | { ring: string };

/** @param text a SMILES that RDKit reads; what is none gives some graph. */
export function readSmilesText(text: string): TextGraph {
  const atoms: (Omit<TextAtom, 'around'> & { readonly around: Slot[] })[] = [];
  const bonds: TextBond[] = [];
  const branches: (number | undefined)[] = [];
  const rings = new Map<string, { atom: number; symbol: string; slot: number }>();
  let previous: number | undefined;
  let symbol = '';
  const join = (a: number, b: number, written: string, up = directionOf(written)): void => {
    bonds.push({ a, b, symbol: written, order: ORDERS[written] ?? 1, ...(up !== undefined && { up }) });
  };
  for (const [token] of text.matchAll(TOKENS)) {
    if (/^[[A-Za-z*]/.test(token)) {
      const index = atoms.length;
      const { hydrogens, ...atom } = readAtom(token);
      const around: Slot[] = previous === undefined ? [] : [previous];
      if (hydrogens) around.push(...Array.from({ length: hydrogens }, () => 'H' as const));
      atoms.push({ ...atom, around });
      if (previous !== undefined) {
        atoms[previous].around.push(index);
        join(previous, index, symbol);
      }
      previous = index;
      symbol = '';
    } else if (/^[%\d]/.test(token)) {
      if (previous === undefined) continue;
      const number = token.replace(/\D/g, '').replace(/^0+(?=\d)/, '');
      const open = rings.get(number);
      if (open) {
        // The direction is told from the atom at which it stands.
        const closing = directionOf(symbol);
        join(
          open.atom,
          previous,
          symbol || open.symbol,
          directionOf(open.symbol) ?? (closing === undefined ? undefined : !closing),
        );
        atoms[open.atom].around[open.slot] = previous;
        atoms[previous].around.push(open.atom);
        rings.delete(number);
      } else rings.set(number, { atom: previous, symbol, slot: atoms[previous].around.push({ ring: number }) - 1 });
      symbol = '';
    } else if (token === '(') branches.push(previous);
    else if (token === ')') previous = branches.pop();
    else if (token === '.') previous = undefined;
    else symbol = token;
  }
  return {
    atoms: atoms.map((atom) => ({
      ...atom,
      around: atom.around.filter((slot): slot is number | 'H' => typeof slot !== 'object'),
    })),
    bonds,
  };
}

/** The part of the graph that holds these atoms, numbered anew. */
export function textFragment({ atoms, bonds }: TextGraph, part: ReadonlySet<number>): TextGraph {
  const place = new Int32Array(atoms.length).fill(-1);
  [...part].sort((x, y) => x - y).forEach((atom, i) => (place[atom] = i));
  return {
    atoms: atoms.flatMap((atom, i) =>
      part.has(i) ? [{ ...atom, around: atom.around.map((slot) => (slot === 'H' ? slot : place[slot])) }] : [],
    ),
    bonds: bonds.flatMap((bond) => (part.has(bond.a) ? [{ ...bond, a: place[bond.a], b: place[bond.b] }] : [])),
  };
}

function directionOf(symbol: string): boolean | undefined {
  return symbol === '/' ? true : symbol === '\\' ? false : undefined;
}

function readAtom(token: string): Omit<TextAtom, 'around'> & { readonly hydrogens: number } {
  const [, isotope = '', symbol = token, mark = '', markClass, hydrogens, charge = '', map = '0'] =
    BRACKET.exec(token) ?? [];
  return {
    token,
    element: symbol === '*' ? 0 : (atomicNumber(symbol) ?? 0),
    isotope: Number(isotope) || 0,
    charge: chargeOf(charge),
    map: Number(map),
    hydrogens: hydrogens === undefined ? 0 : Number(hydrogens.slice(1) || 1),
    ...(mark !== '' && { mark: mark as '@' | '@@' }),
    ...(markClass !== undefined && { markClass }),
  };
}

function chargeOf(text: string): number {
  if (text === '') return 0;
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/[+-]/g, '');
  return sign * (digits === '' ? text.length : Number(digits));
}
