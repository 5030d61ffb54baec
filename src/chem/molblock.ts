/** Writes a molecule with coordinates as an MDL molblock: V2000, or V3000 above 999 atoms or bonds and for dative bonds. */
import { elementSymbol } from './elements.js';

/** What a molblock holds of an atom. `Molecule.atoms` and `Structure.atoms` both are such. */
export interface MolblockAtom {
  readonly element: number;
  readonly charge: number;
  readonly isotope: number;
  readonly radicals?: number | undefined;
  /** The field that keeps a reader from adding hydrogens. */
  readonly valence?: number | undefined;
  /** Atom map number. */
  readonly map?: number | undefined;
}

/** `order` 4 is MDL's aromatic bond, 5 its "single or double" of a query, 0 its dative one (9, donor first). */
export interface MolblockBond {
  readonly a: number;
  readonly b: number;
  readonly order: 0 | 1 | 2 | 3 | 4 | 5;
}

/** The largest count that the three-digit fields of V2000 hold. */
const V2000_LIMIT = 999;

/**
 * A molblock ending in `M  END` and a line feed. Charges, isotopes and radicals stand in `M  CHG`, `M  ISO` and
 * `M  RAD`; parities and wedges are left 0, so that a reader takes the stereo from the coordinates alone.
 * @param options.coordinates [n,3] row-major, Å; without, all are zero and the block says nothing of stereo.
 * @param options.dimension what the header's dimension code says; 2 keeps a reader from perceiving stereo.
 * @throws RangeError where the coordinates do not fit the atoms.
 */
export function molblock({
  molecule,
  coordinates,
  title = molecule.name ?? '',
  comment = '',
  dimension = 3,
}: {
  molecule: {
    readonly name?: string;
    readonly atoms: readonly MolblockAtom[];
    readonly bonds: readonly MolblockBond[];
    /** By atom, where they do not stand in the atoms themselves; 0 for none. */
    readonly mapNumbers?: readonly number[];
  };
  coordinates?: ArrayLike<number> | undefined;
  title?: string | undefined;
  comment?: string | undefined;
  dimension?: 2 | 3 | undefined;
}): string {
  const { bonds, mapNumbers } = molecule;
  const atoms = mapNumbers ? molecule.atoms.map((atom, i) => ({ ...atom, map: mapNumbers[i] })) : molecule.atoms;
  if (coordinates && coordinates.length !== atoms.length * 3) {
    throw new RangeError(
      `molblock: ${coordinates.length} coordinates arrived for ${atoms.length} atoms; expected ${atoms.length * 3}`,
    );
  }
  const at = (atom: number, axis: number): number => coordinates?.[atom * 3 + axis] ?? 0;
  const header = `${oneLine(title)}\n  molflow           ${dimension}D\n${oneLine(comment)}\n`;
  // V2000 has no dative bond, and three columns for a map number.
  return atoms.length > V2000_LIMIT ||
    bonds.length > V2000_LIMIT ||
    bonds.some(({ order }) => order === 0) ||
    atoms.some(({ map = 0 }) => map > V2000_LIMIT) ||
    !fitsV2000(coordinates)
    ? header + v3000(atoms, bonds, at)
    : header + v2000(atoms, bonds, at);
}

type CoordinateOf = (atom: number, axis: number) => number;

function v2000(atoms: readonly MolblockAtom[], bonds: readonly MolblockBond[], at: CoordinateOf): string {
  let block = `${int3(atoms.length)}${int3(bonds.length)}  0  0  0  0  0  0  0  0999 V2000\n`;
  const valences = fixedValences(atoms, bonds);
  atoms.forEach((atom, i) => {
    const xyz = [0, 1, 2].map((axis) => at(i, axis).toFixed(4).padStart(10)).join('');
    const valence = valences.get(i);
    block += `${xyz} ${elementSymbol(atom.element).padEnd(3)} 0  0  0  0  0${int3(valence === 0 ? 15 : (valence ?? 0))}  0  0  0${int3(atom.map ?? 0)}  0  0\n`;
  });
  for (const { a, b, order } of bonds) block += `${int3(a + 1)}${int3(b + 1)}${int3(order)}  0\n`;
  block += properties(
    'ISO',
    atoms.map((atom) => atom.isotope),
  );
  return `${block}${chargeLines(atoms)}M  END\n`;
}

/** Charges and radicals of V2000: lines that replace the old column of both. */
export function chargeLines(atoms: readonly Pick<MolblockAtom, 'charge' | 'radicals'>[]): string {
  const charges = properties(
    'CHG',
    atoms.map((atom) => atom.charge),
  );
  return charges + properties('RAD', atoms.map(radicalCode));
}

function v3000(atoms: readonly MolblockAtom[], bonds: readonly MolblockBond[], at: CoordinateOf): string {
  const lines = ['  0  0  0     0  0            999 V3000', 'M  V30 BEGIN CTAB'];
  lines.push(`M  V30 COUNTS ${atoms.length} ${bonds.length} 0 0 0`, 'M  V30 BEGIN ATOM');
  const valences = fixedValences(atoms, bonds);
  atoms.forEach((atom, i) => {
    const xyz = [0, 1, 2].map((axis) => at(i, axis).toFixed(4)).join(' ');
    const valence = valences.get(i);
    const extra = [
      atom.charge ? ` CHG=${atom.charge}` : '',
      radicalCode(atom) ? ` RAD=${radicalCode(atom)}` : '',
      atom.isotope ? ` MASS=${atom.isotope}` : '',
      valence === undefined ? '' : ` VAL=${valence || -1}`,
    ].join('');
    lines.push(`M  V30 ${i + 1} ${elementSymbol(atom.element)} ${xyz} ${atom.map ?? 0}${extra}`);
  });
  lines.push('M  V30 END ATOM');
  if (bonds.length > 0) {
    lines.push('M  V30 BEGIN BOND');
    bonds.forEach(({ a, b, order }, i) => lines.push(`M  V30 ${i + 1} ${order || 9} ${a + 1} ${b + 1}`));
    lines.push('M  V30 END BOND');
  }
  lines.push('M  V30 END CTAB', 'M  END', '');
  return lines.join('\n');
}

/** `M  XXX` lines of the non-zero values, at most eight to a line as the format asks. */
function properties(code: string, values: readonly number[]): string {
  const entries = values.flatMap((value, i) => (value ? [` ${int3(i + 1)} ${int3(value)}`] : []));
  let lines = '';
  for (let i = 0; i < entries.length; i += 8) {
    const chunk = entries.slice(i, i + 8);
    lines += `M  ${code}${int3(chunk.length)}${chunk.join('')}\n`;
  }
  return lines;
}

/** MDL writes a doublet as 2 and a triplet as 3; more unpaired electrons it cannot say. */
function radicalCode({ radicals = 0 }: Pick<MolblockAtom, 'radicals'>): number {
  return radicals === 0 ? 0 : radicals === 1 ? 2 : 3;
}

/** Valences that are given, and those of atoms with more unpaired electrons than `RAD` can say: without, a reader fills up with hydrogens. */
function fixedValences(atoms: readonly MolblockAtom[], bonds: readonly MolblockBond[]): Map<number, number> {
  const radical = new Map<number, number>(
    atoms.flatMap(({ radicals = 0 }, i) => (radicals > 2 ? [[i, 0] as const] : [])),
  );
  if (radical.size > 0)
    for (const { a, b, order } of bonds)
      for (const atom of [a, b]) {
        const sum = radical.get(atom);
        if (sum !== undefined) radical.set(atom, sum + order);
      }
  const given = atoms.flatMap(({ valence }, i) => (valence === undefined ? [] : [[i, valence] as const]));
  return new Map([...radical, ...given]);
}

/** Whether every coordinate fits its ten columns. */
function fitsV2000(coordinates: ArrayLike<number> = []): boolean {
  for (let i = 0; i < coordinates.length; i++) {
    const value = coordinates[i];
    if (value >= 99999.99995 || value <= -9999.99995) return false;
  }
  return true;
}

function int3(value: number): string {
  return String(value).padStart(3);
}

/** A header line must not break, and `$$$$` at its start would end the record. */
function oneLine(text: string): string {
  const line = text.replace(/[\r\n]+/g, ' ');
  return line.startsWith('$$$$') ? ` ${line}` : line;
}
