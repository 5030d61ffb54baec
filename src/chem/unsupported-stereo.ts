/**
 * Finds the hands of allenes and the forms of cumulenes that a SMILES specifies and RDKit drops without a word; what is
 * not stereogenic is no loss. The classes @SP, @TB and @OH stay open, too, but are not refused: RDKit's own SMILES have
 * them at phosphorus and sulfur where nobody specified any.
 */
import { adjacency } from './adjacency.js';
import { symmetryClasses } from './symmetry-classes.js';

interface TextBond {
  readonly a: number;
  readonly b: number;
  /** As written, `/` and `\` included; empty where nothing is. */
  readonly symbol: string;
}

/**
 * What is specified and cannot be kept, with the remedy, as the end of a sentence that begins with the SMILES;
 * undefined where nothing is lost.
 * @param text a SMILES that RDKit reads.
 */
export function unsupportedStereo(text: string): string | undefined {
  if (!/[@/\\]/.test(text)) return undefined;
  const { atoms, bonds } = graphOf(text);
  for (const { inner, ends } of stereogenicCumulenes(atoms, bonds)) {
    const marked = inner.find((atom) => atoms[atom].includes('@'));
    if (inner.length % 2 === 1 && marked !== undefined) {
      return `${place(atoms, marked)} gives the hand of an allene, which is not supported. Write "${unmarked(atoms[marked])}" there to leave it open.`;
    }
    const directed = (end: number): boolean =>
      bonds.some(({ a, b, symbol }) => (a === end || b === end) && /[/\\]/.test(symbol));
    if (inner.length % 2 === 0 && ends.every(directed)) {
      return `the bonds / and \\ give the form of a cumulene of ${inner.length + 1} double bonds (atoms ${ends[0] + 1} and ${ends[1] + 1} are its ends), which is not supported. Leave them out there to leave it open.`;
    }
  }
  return undefined;
}

function place(atoms: readonly string[], atom: number): string {
  return `atom ${atom + 1}, "${atoms[atom]}",`;
}

function unmarked(atom: string): string {
  return atom.replace(/@+(?:[A-Z]{2}\d*)?/, '');
}

/** Atoms of a SMILES as written and the bonds between them. */
function graphOf(text: string): { atoms: string[]; bonds: TextBond[] } {
  const atoms: string[] = [];
  const bonds: TextBond[] = [];
  const branches: (number | undefined)[] = [];
  const rings = new Map<string, { atom: number; symbol: string }>();
  let previous: number | undefined;
  let symbol = '';
  for (const [token] of text.matchAll(/\[[^\]]*\]|Br|Cl|[A-Za-z*]|%\(\d+\)|%\d\d|\d|->|<-|./g)) {
    if (/^[[A-Za-z*]/.test(token)) {
      if (previous !== undefined) bonds.push({ a: previous, b: atoms.length, symbol });
      previous = atoms.push(token) - 1;
      symbol = '';
    } else if (/^[%\d]/.test(token)) {
      const number = token.replace(/\D/g, '').replace(/^0+(?=\d)/, '');
      const open = rings.get(number);
      if (open) bonds.push({ a: open.atom, b: previous!, symbol: symbol || open.symbol });
      if (!open) rings.set(number, { atom: previous!, symbol });
      else rings.delete(number);
      symbol = '';
    } else if (token === '(') branches.push(previous);
    else if (token === ')') previous = branches.pop();
    else if (token === '.') previous = undefined;
    else symbol = token;
  }
  return { atoms, bonds };
}

/** Chains of two and more double bonds between carbons whose ends each bear two different things, or one and a hydrogen or lone pair. */
function stereogenicCumulenes(
  atoms: readonly string[],
  bonds: readonly TextBond[],
): { inner: readonly number[]; ends: readonly [number, number] }[] {
  const neighbours = adjacency(atoms.length, bonds);
  const doubles = adjacency(
    atoms.length,
    bonds.filter(({ symbol }) => symbol === '='),
  );
  const cumulated = (atom: number): boolean =>
    neighbours[atom].length === 2 && doubles[atom].length === 2 && element(atoms[atom]) === 'C';
  const orders: Record<string, number> = { '=': 2, '#': 3, $: 4 };
  let known: readonly number[] | undefined;
  const classes = (): readonly number[] =>
    (known ??= symmetryClasses(
      atoms.map(colour),
      bonds.map(({ a, b, symbol }) => ({ a, b, order: orders[symbol] ?? 1, aromatic: symbol === ':' })),
    ));
  const isStereoEnd = (end: number): boolean => {
    const others = neighbours[end].filter((other) => !doubles[end].includes(other) && atoms[other] !== '[H]');
    return others.length === 1 || (others.length === 2 && classes()[others[0]] !== classes()[others[1]]);
  };
  return atoms.flatMap((_, start) => {
    if (cumulated(start)) return [];
    return doubles[start].flatMap((first) => {
      const inner: number[] = [];
      let [last, next] = [start, first];
      while (cumulated(next)) {
        inner.push(next);
        [last, next] = [next, doubles[next].find((other) => other !== last)!];
      }
      // Each chain is met from both of its ends.
      return inner.length > 0 && start < next && isStereoEnd(start) && isStereoEnd(next)
        ? [{ inner, ends: [start, next] as const }]
        : [];
    });
  });
}

function element(atom: string): string {
  return /^\[?\d*([A-Z][a-z]?|[a-z*])/.exec(atom)?.[1] ?? atom;
}

/** What tells atoms apart whether in brackets or not: isotope, element and charge; hydrogens follow from the bonds. */
function colour(atom: string): string {
  const [, isotope = '', charge = ''] = /^\[(\d*)[^+-]*([+-]*\d*)/.exec(atom) ?? [];
  return `${isotope} ${element(atom)} ${charge}`;
}
