/**
 * Reads Tripos MOL2 files as a stream of records (Tripos Mol2 File Format, 2005). They hold bonds with their orders, but
 * formal charges only where a program adds them; else these follow from valences and atom types.
 */
import { chargesByValence } from '../charges-by-valence.js';
import { atomicNumber } from '../elements.js';
import { kekulized } from '../kekule.js';
import type { Structure, StructureBond } from '../structure.js';
import { lineBatches, type TextChunks } from './lines.js';
import { RecordError } from './record-error.js';
import { LARGEST_RECORD } from './sdf.js';

export interface StructureItem {
  readonly structure: Structure;
  readonly fields: ReadonlyMap<string, string>;
  /** Number of the record in the file, from 0. */
  readonly index: number;
  /** Line at which it starts, from 1. */
  readonly line: number;
}

const ORDERS: Readonly<Record<string, StructureBond['order']>> = { '1': 1, '2': 2, '3': 3, am: 1, ar: 4, du: 1, un: 1 };
const HEADER = /^@<TRIPOS>(\S+)/i;

/** The records of a MOL2 file; one that cannot be read comes as its RecordError. */
export async function* readMol2Items(
  chunks: TextChunks,
  { file = 'MOL2' }: { file?: string } = {},
): AsyncGenerator<StructureItem | RecordError> {
  let pending: string[] = [];
  let comments: string[] = [];
  let [at, start, index, size, begun] = [0, 1, 0, 0, false];

  const finish = (): StructureItem | RecordError => {
    const place = { file, index: index++, line: start };
    const name = pending[1]?.trim();
    if (size > LARGEST_RECORD)
      return new RecordError(`the record has ${size} characters, and at most ${LARGEST_RECORD} are read`, place);
    try {
      return { structure: readRecord(pending), fields: fieldsOf(comments), index: place.index, line: place.line };
    } catch (error) {
      if (!(error instanceof Mol2Error)) throw error;
      return new RecordError(error.message, { ...place, line: start + error.line, name });
    }
  };

  for await (const { lines } of lineBatches(chunks)) {
    for (const line of lines) {
      at += 1;
      if (/^@<TRIPOS>MOLECULE/i.test(line)) {
        // Comments before a molecule are its own.
        const after = pending.length - [...pending].reverse().findIndex((text) => !/^(#.*|\s*)$/.test(text));
        const own = begun ? pending.splice(after) : pending.splice(0);
        if (begun) yield finish();
        [pending, comments, start, size, begun] = [[], own, at, 0, true];
      }
      size += line.length + 1;
      if (size <= LARGEST_RECORD) pending.push(line);
    }
  }
  if (begun) yield finish();
  else if (pending.some((line) => line.trim() !== '' && !line.startsWith('#')))
    yield new RecordError('there is no @<TRIPOS>MOLECULE: is it a MOL2 file?', { file, index: 0, line: 1 });
}

class Mol2Error extends Error {
  readonly line: number;
  constructor(problem: string, line: number) {
    super(problem);
    this.line = line;
  }
}

/** Data fields as molflow writes them: `# NAME: value`. */
function fieldsOf(comments: readonly string[]): Map<string, string> {
  return new Map(
    comments.flatMap((line) => [...line.matchAll(/^#\s*(\w+): (.*)$/g)].map(([, name, value]) => [name, value])),
  );
}

interface Atom {
  readonly element: number;
  readonly type: string;
  readonly column: number;
}

function readRecord(lines: readonly string[]): Structure {
  const sections = new Map<string, { from: number; to: number }>();
  lines.forEach((line, i) => {
    const name = HEADER.exec(line)?.[1]?.toUpperCase();
    if (name === undefined) return;
    const last = [...sections.values()].at(-1);
    if (last) last.to = i;
    if (!sections.has(name)) sections.set(name, { from: i + 1, to: lines.length });
  });
  const rows = (name: string): { words: string[]; line: number }[] => {
    const { from, to } = sections.get(name) ?? { from: 0, to: 0 };
    return Array.from({ length: to - from }, (_, k) => ({
      words: lines[from + k].trim().split(/\s+/),
      line: from + k,
    })).filter(({ words }) => words[0] !== '' && !words[0].startsWith('#'));
  };

  const index = new Map<string, number>();
  const atoms: Atom[] = [];
  const xyz: number[] = [];
  for (const { words, line } of rows('ATOM')) {
    const [id, name, x, y, z, type, , , column] = words;
    const place = [x, y, z].map(Number);
    if (type === undefined || !place.every(Number.isFinite))
      throw new Mol2Error(
        `expected number, name, x, y, z and type of an atom, found "${words.join(' ').slice(0, 60)}"`,
        line,
      );
    index.set(id, atoms.length);
    atoms.push({ element: elementOf(type, name), type, column: Number(column ?? 0) });
    xyz.push(...place);
  }
  if (atoms.length === 0) throw new Mol2Error('it has no atoms', 0);

  const bonds: StructureBond[] = [];
  for (const { words, line } of rows('BOND')) {
    const [, from, to, type = ''] = words;
    const [a, b] = [index.get(from), index.get(to)];
    if (type === 'nc') continue;
    const order = ORDERS[type.toLowerCase()];
    if (a === undefined || b === undefined || order === undefined)
      throw new Mol2Error(
        order === undefined
          ? `a bond has the type "${type.slice(0, 20)}"; known are ${Object.keys(ORDERS).join(', ')} and nc`
          : 'a bond names an atom that is not there',
        line,
      );
    bonds.push({ a, b, order });
  }

  const elements = atoms.map(({ element }) => element);
  const written = writtenCharges(rows('UNITY_ATOM_ATTR'), index) ?? columnCharges(atoms);
  const plain = kekulized({ elements, bonds: withLocalBonds(atoms, bonds, written), charges: written });
  const charges = written ?? chargesByValence({ elements, bonds: plain, complete: elements.includes(1) });
  const name = lines[1]?.trim() ?? '';
  return {
    name: name === '****' ? '' : name,
    atoms: atoms.map(({ element }, i) => ({ element, charge: charges[i], isotope: 0 })),
    bonds: plain,
    dimension: 3,
    ...(xyz.some((value) => value !== 0) || atoms.length === 1
      ? { coordinates: Float32Array.from(xyz) }
      : { dimension: 2 as const }),
  };
}

/** SYBYL types begin with the element; others (GAFF: “ca” is carbon) do not, and then the atom's name tells it. */
function elementOf(type: string, name: string): number {
  const [symbol] = type.split('.');
  if (/^[A-Z]/.test(symbol)) {
    const told = atomicNumber(symbol);
    if (told !== undefined) return told;
    if (/^(Du|LP|Any|Hal|Het|Hev)$/i.test(symbol)) return 0;
  }
  if (/^(cl|br)$/.test(symbol)) return symbol === 'cl' ? 17 : 35;
  const letters = /^[A-Za-z]+/.exec(name)?.[0] ?? '';
  const two = /^(CL|BR)/i.test(letters) ? atomicNumber(letters.slice(0, 2)) : undefined;
  return two ?? atomicNumber(letters.slice(0, 1)) ?? atomicNumber(letters.slice(0, 2)) ?? 0;
}

/**
 * Carboxylates, phosphates and guanidinium groups with single and double bonds, for theirs are often written aromatic,
 * which RDKit takes in rings alone.
 */
function withLocalBonds(
  atoms: readonly Atom[],
  bonds: readonly StructureBond[],
  charges: readonly number[] | undefined,
): StructureBond[] {
  const withoutCharges = charges === undefined && atoms.some(({ element }) => element === 1);
  const local = bonds.map((bond) => ({ ...bond }));
  const around = atoms.map((_, i) => local.filter(({ a, b }) => a === i || b === i));
  const other = (bond: StructureBond, i: number): number => (bond.a === i ? bond.b : bond.a);
  atoms.forEach(({ type, element }, i) => {
    const acid = around[i].filter((bond) => {
      const end = other(bond, i);
      return bond.order === 4 && around[end].length === 1 && (atoms[end].element === 8 || atoms[end].element === 16);
    });
    acid.sort((one, next) => (charges?.[other(next, i)] ?? 0) - (charges?.[other(one, i)] ?? 0));
    // Carbon, phosphorus and nitrogen keep one double bond; sulfur with four neighbours two.
    const double = element === 16 && around[i].length === 4 ? 2 : 1;
    acid.forEach((bond, k) => (bond.order = k < double ? 2 : 1));
    // Some write S–O⁻ and P–O⁻ without the charges.
    if (
      withoutCharges &&
      (element === 16 || element === 15) &&
      around[i].length >= 3 &&
      around[i].every(({ order }) => order === 1)
    )
      around[i]
        .filter((bond) => atoms[other(bond, i)].element === 8 && around[other(bond, i)].length === 1)
        .slice(0, element === 16 && around[i].length === 4 ? 2 : 1)
        .forEach((bond) => (bond.order = 2));
    if (charges !== undefined || type.toLowerCase() !== 'c.cat') return;
    const cationic = around[i].filter((bond) => bond.order === 4 && atoms[other(bond, i)].element === 7);
    for (const bond of cationic) bond.order = 1;
    if (around[i].every(({ order }) => order === 1)) {
      const first = around[i].find((bond) => atoms[other(bond, i)].element === 7);
      if (first) first.order = 2;
    }
  });
  return local;
}

/** Charges of UNITY_ATOM_ATTR, which Open Babel writes: an atom and how many lines follow, then `charge 1`. */
function writtenCharges(
  rows: readonly { words: readonly string[] }[],
  index: ReadonlyMap<string, number>,
): number[] | undefined {
  if (!rows.some(({ words }) => words[0] === 'charge')) return undefined;
  const charges = Array.from(index, () => 0);
  let atom: number | undefined;
  for (const { words } of rows) {
    if (words[0] === 'charge' && atom !== undefined) charges[atom] = Number(words[1]);
    else if (/^\d+$/.test(words[0])) atom = index.get(words[0]);
  }
  return charges;
}

/** The column of charges where all are whole and not all 0: then they are formal ones. */
function columnCharges(atoms: readonly Atom[]): number[] | undefined {
  const column = atoms.map((atom) => atom.column);
  return column.every(Number.isInteger) && column.some((charge) => charge !== 0) ? column : undefined;
}
