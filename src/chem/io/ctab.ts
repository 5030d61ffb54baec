/** Reads an MDL connection table (V2000 or V3000) into a Structure. */

import { atomicNumber } from '../elements.js';
import { chargeLines } from '../molblock.js';
import type { StereoGroup } from '../molecule.js';
import { pairKey } from '../pair-key.js';
import type { Structure, StructureAtom, StructureBond } from '../structure.js';

/** What is wrong with a connection table, and at which of its lines (from 0). */
export class CtabError extends Error {
  override readonly name = 'CtabError';
  readonly line: number;

  constructor(problem: string, line: number) {
    super(problem);
    this.line = line;
  }
}

export interface Ctab {
  readonly structure: Structure;
  /** The line after the table (after `M  END`, where there is one). */
  readonly end: number;
}

/** Rounded standard atomic weights by atomic number: the old mass-difference column counts from them. */
const NOMINAL_MASS = [
  0, 1, 4, 7, 9, 11, 12, 14, 16, 19, 20, 23, 24, 27, 28, 31, 32, 35, 40, 39, 40, 45, 48, 51, 52, 55, 56, 59, 59, 64, 65,
  70, 73, 75, 79, 80, 84, 85, 88, 89, 91, 93, 96, 98, 101, 103, 106, 108, 112, 115, 119, 122, 128, 127, 131, 133, 137,
  139, 140, 141, 144, 145, 150, 152, 157, 159, 163, 165, 167, 169, 173, 175, 178, 181, 184, 186, 190, 192, 195, 197,
  201, 204, 207, 209,
];

/** Symbols of placeholders: any atom, attachment point, lone pair, dummy. */
const PLACEHOLDERS = new Set(['*', 'A', 'Q', 'X', 'M', 'R', 'R#', 'L', 'LP', 'DU', 'XX', '?']);

/** Charges and radicals of the old charge column, by its code. */
const OLD_CHARGE = [0, 3, 2, 1, 0, -1, -2, -3];
const OLD_CHARGE_DOUBLET = 4;

/** In V2000 a valence of none is written as 15, since 0 says nothing; in V3000 as −1. */
const NO_VALENCE = { V2000: 15, V3000: -1 };

/** Unpaired electrons by the code of `M  RAD` and `RAD=`: singlet, doublet, triplet. */
const UNPAIRED = [0, 2, 1, 2];

const COUNTS = /^\s*\d+\s*\d*.*V[23]000\s*$/i;
const COUNTS_UNVERSIONED = /^(?: *\d+){2}(?: +-?\d+)*\s*$/;
const HEADER_LINES = 3;
/** How far from the top the counts line is looked for. */
const SEARCHED_LINES = 24;

const POLYMER =
  'an Sgroup marks a polymer (a repeated unit), which has no single structure; give one repeat unit with its ends, without the Sgroup';

interface MutableAtom {
  map?: number;
  element: number;
  charge: number;
  isotope: number;
  radicals?: number;
  valence?: number;
  parity?: 1 | 2;
}

/**
 * Reads the connection table at the top of `lines` (one MDL block, without line ends). Stray blank lines before the
 * header and a header that lost its blank title are put up with; columns may be fixed or free.
 * `complete` says that the block was closed by what follows it, so that a missing `M  END` is a matter of taste and
 * not a truncated file.
 * @throws CtabError
 */
export function readCtab(lines: readonly string[], { complete = false }: { complete?: boolean } = {}): Ctab {
  const counts = findCounts(lines);
  const header = lines.slice(Math.max(0, counts - HEADER_LINES), counts);
  while (header.length < HEADER_LINES) header.unshift('');
  const body = /V3000\s*$/i.test(lines[counts]) ? readV3000(lines, counts) : readV2000(lines, counts, complete);

  const { bonds, xyz, wedged, wedges, stereoGroups, notes, oldRadicals } = body;
  refuseDuplicates(bonds, body.end);
  const dimension = dimensionOf(header[1], xyz, wedged);
  const placed = body.atoms.length === 1 ? dimension === 3 : xyz.some((value) => value !== 0);
  // Of a file with coordinates parities are "ignored when read" (CTfile Formats).
  const atoms = placed ? body.atoms.map(({ parity: _, ...atom }) => atom) : body.atoms;
  const block = lines.slice(counts, body.end);
  // RDKit does not know the radicals of the old column.
  if (oldRadicals) block.splice(body.firstProperty ?? block.length, 0, ...chargeLines(atoms).trimEnd().split('\n'));
  return {
    structure: {
      name: header[0].trim(),
      atoms,
      bonds,
      dimension: placed ? dimension : 2,
      ...(wedges.length > 0 && dimension === 2 && { wedges }),
      ...(stereoGroups && stereoGroups.length > 0 && { stereoGroups }),
      ...(notes && notes.length > 0 && { notes }),
      coordinates: placed ? Float32Array.from(xyz) : undefined,
      molblock: dimension === 3 || !placed ? undefined : [...header, ...block, ''].join('\n'),
    },
    end: body.end,
  };
}

function refuseDuplicates(bonds: readonly StructureBond[], end: number): void {
  const seen = new Set<string>();
  for (const { a, b } of bonds) {
    const key = pairKey(a, b);
    if (seen.has(key))
      throw new CtabError(
        `two bonds join atoms ${Math.min(a, b) + 1} and ${Math.max(a, b) + 1}; expected one`,
        end - 1,
      );
    seen.add(key);
  }
}

/** Reads one MDL molblock given as text. @throws CtabError */
export function readMolblock(text: string): Structure {
  return readCtab(text.split(/\r\n|\n|\r/)).structure;
}

/** A drawing has z = 0 throughout; a flat molecule flagged 3D is a conformer unless its bonds carry wedges. */
function dimensionOf(programLine: string, xyz: readonly number[], wedged: boolean): 2 | 3 {
  for (let i = 2; i < xyz.length; i += 3) if (xyz[i] !== 0) return 3;
  const flagged3D = programLine.slice(20, 22).toUpperCase() === '3D' || /\b3D\b/i.test(programLine);
  return flagged3D && !wedged ? 3 : 2;
}

function findCounts(lines: readonly string[]): number {
  const limit = Math.min(lines.length, SEARCHED_LINES);
  if (limit > HEADER_LINES && COUNTS.test(lines[HEADER_LINES])) return HEADER_LINES;
  for (let i = 0; i < limit; i++) if (COUNTS.test(lines[i])) return i;
  for (let i = HEADER_LINES; i < limit; i++) if (COUNTS_UNVERSIONED.test(lines[i])) return i;
  throw new CtabError(
    'no MDL molecule here: expected a counts line ending in V2000 or V3000 after a header of three lines',
    Math.min(HEADER_LINES, Math.max(0, lines.length - 1)),
  );
}

interface Wedge {
  readonly a: number;
  readonly b: number;
  readonly up: boolean;
}

interface Body {
  readonly atoms: StructureAtom[];
  readonly bonds: StructureBond[];
  readonly xyz: number[];
  readonly wedged: boolean;
  readonly wedges: Wedge[];
  readonly stereoGroups?: StereoGroup[];
  readonly notes?: string[];
  /** Whether radicals stand in the old charge column of V2000, and where in the block properties begin. */
  readonly oldRadicals?: boolean;
  readonly firstProperty?: number;
  readonly end: number;
}

function readV2000(lines: readonly string[], counts: number, complete: boolean): Body {
  const [atomCount, bondCount] = integers(lines[counts], 2);
  if (atomCount === undefined || bondCount === undefined) {
    throw new CtabError(`the counts line is not two numbers: "${lines[counts].slice(0, 40)}"`, counts);
  }
  const firstAtom = counts + 1;
  const firstBond = firstAtom + atomCount;
  const firstProperty = firstBond + bondCount;

  if (atomCount < 0 || bondCount < 0)
    throw new CtabError(`the counts line announces ${atomCount} atoms and ${bondCount} bonds`, counts);
  const atoms: MutableAtom[] = [];
  const xyz: number[] = [];
  for (let i = 0; i < atomCount; i++) {
    const at = firstAtom + i;
    const line = present(lines, at, `${atomCount} atoms`, `${i}`);
    atoms[i] = readAtomLine(line, xyz, 3 * i, at);
  }

  const bonds: StructureBond[] = [];
  let wedged = false;
  const wedges: Wedge[] = [];
  for (let i = 0; i < bondCount; i++) {
    const at = firstBond + i;
    const line = present(lines, at, `${bondCount} bonds`, `${i}`);
    const [a, b, type, stereo] = integers(line, 4);
    bonds[i] = bondOf(a, b, type, atomCount, line, at);
    if (type === 1 && (stereo === 1 || stereo === 6)) {
      wedged = true;
      wedges.push({ a: bonds[i].a, b: bonds[i].b, up: stereo === 1 });
    }
  }

  let at = firstProperty;
  let chargesReset = false;
  let isotopesReset = false;
  for (; at < lines.length; at++) {
    const line = lines[at];
    const tag = line.slice(0, 6);
    if (/^\s*M\s+END\s*$/.test(line)) return bodyUntil(at + 1);
    if (tag === 'M  STY' && /\b(?:SRU|MON|COP|CRO|MER|GRA)\b/.test(line)) throw new CtabError(POLYMER, at);
    if (line.startsWith('>') || line.startsWith('$$$$')) break;
    if (tag === 'M  CHG' || tag === 'M  RAD') {
      if (!chargesReset) {
        for (const atom of atoms) {
          atom.charge = 0;
          delete atom.radicals;
        }
      }
      chargesReset = true;
    } else if (tag === 'M  ISO') {
      if (!isotopesReset) for (let i = 0; i < atomCount; i++) atoms[i].isotope = isotopeOfSymbol(lines[firstAtom + i]);
      isotopesReset = true;
    } else {
      // An atom alias (A), group abbreviation (G) takes the line after it; everything else is one line.
      if (/^[AG] {1,2}\s*\d/.test(line)) at += 1;
      continue;
    }
    for (const [index, value] of propertyPairs(line, at)) {
      const atom = atoms[index - 1];
      if (atom === undefined) {
        throw new CtabError(`"${line.trim()}" names atom ${index}, but there are ${atomCount}`, at);
      }
      if (tag === 'M  CHG') atom.charge = value;
      else if (tag === 'M  ISO') atom.isotope = value;
      else if (UNPAIRED[value]) atom.radicals = UNPAIRED[value];
    }
  }
  if (!complete)
    throw new CtabError('the file ends before "M  END": it seems truncated', Math.max(0, lines.length - 1));
  return bodyUntil(at);

  function bodyUntil(end: number): Body {
    const oldRadicals = !chargesReset && atoms.some(({ radicals = 0 }) => radicals > 0);
    return { atoms, bonds, xyz, wedged, wedges, oldRadicals, firstProperty: firstProperty - counts, end };
  }
}

function readAtomLine(line: string, xyz: number[], offset: number, at: number): MutableAtom {
  let x = Number(line.slice(0, 10));
  let y = Number(line.slice(10, 20));
  let z = Number(line.slice(20, 30));
  let symbol = line.slice(30, 34).trim();
  let massDifference = 0;
  let chargeCode = 0;
  let valence = 0;
  let parity = 0;
  let element = elementOf(symbol);
  if (element !== undefined && Number.isFinite(x + y + z) && line.length >= 31) {
    massDifference = Number(line.slice(34, 36)) || 0;
    chargeCode = Number(line.slice(36, 39)) || 0;
    parity = Number(line.slice(39, 42)) || 0;
    valence = Number(line.slice(48, 51)) || 0;
  } else {
    const fields = line.trim().split(/\s+/);
    [x, y, z] = [Number(fields[0]), Number(fields[1]), Number(fields[2])];
    symbol = fields[3] ?? '';
    element = elementOf(symbol);
    massDifference = Number(fields[4]) || 0;
    chargeCode = Number(fields[5]) || 0;
    parity = Number(fields[6]) || 0;
    valence = Number(fields[9]) || 0;
  }
  if (!Number.isFinite(x + y + z)) {
    throw new CtabError(`an atom line must start with three finite coordinates, not "${line.slice(0, 34)}"`, at);
  }
  if (element === undefined) throw new CtabError(`unknown element "${symbol}"`, at);
  for (const value of [x, y, z]) refuseFar(value, at);
  xyz[offset] = x;
  xyz[offset + 1] = y;
  xyz[offset + 2] = z;
  const atom: MutableAtom = {
    element,
    charge: OLD_CHARGE[chargeCode] ?? 0,
    isotope: isotopeFromDifference(element, massDifference, at) || heavyHydrogen(symbol),
  };
  if (chargeCode === OLD_CHARGE_DOUBLET) atom.radicals = 1;
  if (parity === 1 || parity === 2) atom.parity = parity;
  const map = Number(line.slice(60, 63));
  if (Number.isInteger(map) && map > 0) atom.map = map;
  if (valence > 0) atom.valence = valence === NO_VALENCE.V2000 ? 0 : valence;
  return atom;
}

/** Coordinates are kept as float32, which beyond this is further than 0.001 Å from what the file says. */
const FARTHEST = 32768;

function refuseFar(value: number, at: number): void {
  if (Math.abs(value) >= FARTHEST)
    throw new CtabError(
      `a coordinate of ${value} Å cannot be kept to 0.001 Å; expected less than ${FARTHEST}: move the molecule to the origin`,
      at,
    );
}

function isotopeFromDifference(element: number, difference: number, at: number): number {
  if (difference === 0) return 0;
  const mass = NOMINAL_MASS[element];
  if (mass === undefined || element === 0) {
    throw new CtabError(`a mass difference of ${difference} on element ${element}: write the isotope as "M  ISO"`, at);
  }
  return mass + difference;
}

function isotopeOfSymbol(atomLine: string): number {
  const fixed = atomLine.slice(30, 34).trim();
  return heavyHydrogen(elementOf(fixed) === undefined ? (atomLine.trim().split(/\s+/)[3] ?? '') : fixed);
}

function heavyHydrogen(symbol: string): number {
  return symbol === 'D' ? 2 : symbol === 'T' ? 3 : 0;
}

function elementOf(symbol: string): number | undefined {
  if (symbol === '') return undefined;
  return atomicNumber(symbol) ?? (PLACEHOLDERS.has(symbol.toUpperCase()) || /^R\d+$/.test(symbol) ? 0 : undefined);
}

/** The pairs of a property line: `M  CHG  2   4   1   6  -1`. */
function propertyPairs(line: string, at: number): [number, number][] {
  const values = line.slice(6).trim().split(/\s+/).map(Number);
  const count = values[0];
  if (!Number.isInteger(count) || values.length < 1 + 2 * count || values.some((value) => !Number.isInteger(value))) {
    throw new CtabError(`"${line.trim()}" does not hold ${count} pairs of whole numbers`, at);
  }
  return Array.from({ length: count }, (_, i) => [values[1 + 2 * i], values[2 + 2 * i]]);
}

/** The first whole numbers of a line in columns of three, or separated by blanks where those do not fit. */
function integers(line: string, count: number): (number | undefined)[] {
  const found: (number | undefined)[] = [];
  for (let i = 0; i < count; i++) {
    const field = line.slice(3 * i, 3 * i + 3);
    const value = Number(field);
    if (!Number.isInteger(value) || (i < 2 && field.trim() === '')) {
      const free = line.trim().split(/\s+/).map(Number);
      return Array.from({ length: count }, (_, j) => (Number.isInteger(free[j]) ? free[j] : undefined));
    }
    found.push(value);
  }
  return found;
}

function bondOf(
  a: number | undefined,
  b: number | undefined,
  type: number | undefined,
  atomCount: number,
  line: string,
  at: number,
): StructureBond {
  if (a === undefined || b === undefined || type === undefined) {
    throw new CtabError(`a bond is two atoms and a type, not "${line.trim()}"`, at);
  }
  if (a < 1 || b < 1 || a > atomCount || b > atomCount || a === b) {
    throw new CtabError(`a bond between atoms ${a} and ${b} of ${atomCount}`, at);
  }
  return { a: a - 1, b: b - 1, order: orderOf(type, at) };
}

function orderOf(type: number, at: number): StructureBond['order'] {
  switch (type) {
    case 1:
    case 2:
    case 3:
    case 4:
      return type;
    case 0:
    case 9: // coordination
      return 0;
    case 8:
      throw new CtabError(
        'bond type 8 stands for any bond; give the bond itself: 1, 2, 3 or 4 (aromatic), 9 for a dative one',
        at,
      );
    case 10:
      throw new CtabError('bond type 10 is a hydrogen bond, which holds no molecule together; leave it out', at);
    default:
      throw new CtabError(`bond type ${type} belongs to a query; expected 1, 2, 3 or 4 (aromatic)`, at);
  }
}

function present(lines: readonly string[], at: number, expected: string, found: string): string {
  const line = lines[at];
  if (line === undefined || line.startsWith('$$$$') || line.startsWith('M  END')) {
    const last = Math.max(0, Math.min(at, lines.length - 1));
    throw new CtabError(`the counts line announces ${expected}, but the record ends after ${found}`, last);
  }
  return line;
}

const V30 = /^\s*M\s+V30 ?/;

function readV3000(lines: readonly string[], counts: number): Body {
  const atoms: MutableAtom[] = [];
  const bonds: StructureBond[] = [];
  const xyz: number[] = [];
  const indices = new Map<string, number>();
  let wedged = false;
  const wedges: Wedge[] = [];
  const stereoGroups: StereoGroup[] = [];
  let section = '';
  let announced: readonly [number, number] | undefined;

  for (let at = counts + 1; at < lines.length; at++) {
    const first = at;
    let line = lines[at];
    if (/^\s*M\s+END\s*$/.test(line)) {
      if (announced === undefined) throw new CtabError('no "M  V30 COUNTS" line before "M  END"', at);
      if (announced[0] !== atoms.length || announced[1] !== bonds.length) {
        throw new CtabError(
          `the counts announce ${announced[0]} atoms and ${announced[1]} bonds, but ${atoms.length} and ${bonds.length} follow`,
          at,
        );
      }
      return { atoms, bonds, xyz, wedged, wedges, stereoGroups, end: at + 1 };
    }
    if (!V30.test(line)) {
      if (line.startsWith('$$$$') || line.startsWith('>')) break;
      continue;
    }
    line = line.replace(V30, '');
    while (/-\s*$/.test(line)) {
      const next = lines[at + 1];
      if (next === undefined || !V30.test(next)) throw new CtabError('a line continued by "-" has no next line', at);
      line = line.replace(/-\s*$/, '') + next.replace(V30, '');
      at += 1;
    }
    const fields = line.trim().split(/\s+/);
    const keyword = fields[0].toUpperCase();
    if (keyword === 'BEGIN') section = (fields[1] ?? '').toUpperCase();
    else if (keyword === 'END') section = '';
    else if (keyword === 'COUNTS') {
      announced ??= [Number(fields[1]), Number(fields[2])];
    } else if (section === 'ATOM') {
      indices.set(fields[0], atoms.length);
      atoms.push(readV3000Atom(fields, xyz, line, first));
    } else if (section === 'BOND') {
      const a = indices.get(fields[2] ?? '');
      const b = indices.get(fields[3] ?? '');
      if (a === undefined || b === undefined || a === b) {
        throw new CtabError(`a bond between atoms ${fields[2]} and ${fields[3]}: "${line.trim()}"`, first);
      }
      const type = Number(fields[1]);
      bonds.push({ a, b, order: orderOf(type, first) });
      const wedge = /\bCFG=([13])\b/.exec(line)?.[1];
      if (type === 1 && wedge) {
        wedged = true;
        wedges.push({ a, b, up: wedge === '1' });
      }
    } else if (section === 'COLLECTION') {
      const [, kind, list] = /MDLV30\/STE(RAC|REL)\d+.*ATOMS=\(\s*\d+\s+([\d\s]+)\)/i.exec(line) ?? [];
      if (kind && list) {
        const members = list
          .trim()
          .split(/\s+/)
          .flatMap((name) => indices.get(name) ?? []);
        stereoGroups.push({ kind: kind.toUpperCase() === 'RAC' ? 'and' : 'or', atoms: members });
      }
    } else if (section === 'SGROUP' && /^\d+\s+(?:SRU|MON|COP|CRO|MER|GRA)\b/i.test(line.trim())) {
      throw new CtabError(POLYMER, first);
    }
  }
  throw new CtabError('the file ends before "M  END": it seems truncated', Math.max(0, lines.length - 1));
}

function readV3000Atom(fields: readonly string[], xyz: number[], line: string, at: number): MutableAtom {
  const symbol = fields[1] ?? '';
  const element = elementOf(symbol);
  if (element === undefined) throw new CtabError(`unknown element "${symbol}"`, at);
  for (let axis = 0; axis < 3; axis++) {
    const value = Number(fields[2 + axis]);
    if (!Number.isFinite(value)) {
      throw new CtabError(`an atom needs three finite coordinates, not "${line.trim().slice(0, 60)}"`, at);
    }
    refuseFar(value, at);
    xyz.push(value);
  }
  const option = (key: string): number => Number(new RegExp(`\\s${key}=(-?\\d+)`).exec(line)?.[1] ?? 0);
  const atom: MutableAtom = { element, charge: option('CHG'), isotope: option('MASS') || heavyHydrogen(symbol) };
  const map = Number(fields[5]);
  if (Number.isInteger(map) && map > 0) atom.map = map;
  const unpaired = UNPAIRED[option('RAD')];
  if (unpaired) atom.radicals = unpaired;
  const parity = option('CFG');
  if (parity === 1 || parity === 2) atom.parity = parity;
  const valence = option('VAL');
  if (valence) atom.valence = valence === NO_VALENCE.V3000 ? 0 : valence;
  return atom;
}
