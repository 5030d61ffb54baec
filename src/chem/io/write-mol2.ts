/** Writes one conformer as a molecule of Tripos MOL2, for docking programs that ask for it. */

import { elementSymbol } from '../elements.js';
import type { MolblockAtom, MolblockBond } from '../molblock.js';
import { checkRecord, oneLine, type ConformerRecord } from './conformer-record.js';

type Bonds = readonly (MolblockBond & { readonly aromatic?: boolean })[];

/**
 * Atoms with SYBYL types, bonds with ar and am. Formal charges stand in the column of charges; data fields are comments
 * before the molecule, which readers pass over.
 * Tripos Mol2 File Format (2005); types as its table has them.
 * @throws RangeError for coordinates that are not finite or do not fit the atoms, too many bonds of an atom
 */
export function mol2Record(record: ConformerRecord): string {
  checkRecord(record);
  const { molecule, coordinates, title = molecule.name ?? '', fields = [] } = record;
  const { atoms, bonds } = molecule as { readonly atoms: readonly MolblockAtom[]; readonly bonds: Bonds };
  const types = atomTypes(atoms, bonds);
  let text = '';
  for (const [name, value] of fields) text += `# ${oneLine(`${name}: ${value}`)}\n`;
  text += `@<TRIPOS>MOLECULE\n${oneLine(title).replace(/^[@#]/, '_$&') || '****'}\n`;
  text += `${atoms.length} ${bonds.length} 1 0 0\nSMALL\nUSER_CHARGES\n\n@<TRIPOS>ATOM\n`;
  const counts = new Map<number, number>();
  atoms.forEach(({ element, charge }, i) => {
    const count = (counts.get(element) ?? 0) + 1;
    counts.set(element, count);
    const name = `${elementSymbol(element)}${count}`.padEnd(7);
    const xyz = [0, 1, 2].map((axis) => coordinates[3 * i + axis].toFixed(4).padStart(10)).join('');
    text += `${String(i + 1).padStart(7)} ${name} ${xyz} ${types[i].padEnd(6)} 1 UNL1 ${charge.toFixed(4).padStart(9)}\n`;
  });
  text += '@<TRIPOS>BOND\n';
  bonds.forEach((bond, i) => {
    text += `${String(i + 1).padStart(6)} ${String(bond.a + 1).padStart(5)} ${String(bond.b + 1).padStart(5)} ${bondType(bond, types, atoms, bonds)}\n`;
  });
  return `${text}\n`;
}

function bondType(
  { a, b, order, aromatic }: Bonds[number],
  types: readonly string[],
  atoms: readonly MolblockAtom[],
  bonds: Bonds,
): string {
  if (aromatic && types[a].endsWith('.ar') && types[b].endsWith('.ar')) return 'ar';
  if (
    order === 1 &&
    [
      [a, b],
      [b, a],
    ].some(([n, c]) => types[n] === 'N.am' && isCarbonyl(c, atoms, bonds))
  )
    return 'am';
  return order === 2 || order === 3 ? String(order) : '1';
}

/** Whether it is a carbon with a double bond to O or S. */
function isCarbonyl(atom: number, atoms: readonly MolblockAtom[], bonds: Bonds): boolean {
  return (
    atoms[atom].element === 6 &&
    bonds.some(({ a, b, order }) => {
      const other = a === atom ? b : b === atom ? a : -1;
      return order === 2 && other >= 0 && (atoms[other].element === 8 || atoms[other].element === 16);
    })
  );
}

function atomTypes(atoms: readonly MolblockAtom[], bonds: Bonds): string[] {
  const around = atoms.map(() => ({ others: [] as number[], orders: [] as number[], aromatic: false }));
  for (const { a, b, order, aromatic = false } of bonds)
    for (const [from, to] of [
      [a, b],
      [b, a],
    ]) {
      around[from].others.push(to);
      around[from].orders.push(order);
      around[from].aromatic ||= aromatic;
    }
  const highest = (i: number): number => Math.max(1, ...around[i].orders);
  const doubles = (i: number): number => around[i].orders.filter((order) => order === 2).length;
  const isLinear = (i: number): boolean => highest(i) === 3 || doubles(i) > 1;
  const isFlat = (i: number): boolean => around[i].aromatic || highest(i) > 1;
  /** Of a carboxylate: both oxygens are alike. */
  const isAcidOxygen = (i: number): boolean => {
    const [centre] = around[i].others;
    if (around[i].others.length !== 1 || ![6, 15].includes(atoms[centre].element)) return false;
    const ends = around[centre].others.filter((o) => atoms[o].element === 8 && around[o].others.length === 1);
    return ends.length > 1 && ends.some((o) => atoms[o].charge < 0);
  };
  return atoms.map(({ element, charge }, i) => {
    const symbol = elementSymbol(element);
    const { others, aromatic } = around[i];
    const sp = isLinear(i) ? '1' : highest(i) === 2 ? '2' : '3';
    if (element === 6) return aromatic ? 'C.ar' : `C.${sp}`;
    if (element === 7) {
      // An aromatic N of a five-membered ring is planar by its lone pair.
      if (aromatic) return highest(i) === 2 || charge > 0 ? 'N.ar' : 'N.pl3';
      if (sp !== '3') return `N.${sp}`;
      if (charge > 0 && others.length === 4) return 'N.4';
      if (others.some((o) => isCarbonyl(o, atoms, bonds))) return 'N.am';
      return others.some((o) => isFlat(o)) ? 'N.pl3' : 'N.3';
    }
    if (element === 8) return isAcidOxygen(i) ? 'O.co2' : highest(i) === 2 || aromatic ? 'O.2' : 'O.3';
    if (element === 16) {
      const oxygens = others.filter(
        (o) => atoms[o].element === 8 && around[o].others.length === 1 && highest(o) === 2,
      ).length;
      if (oxygens > 0 && others.length > 2) return oxygens > 1 ? 'S.O2' : 'S.O';
      return highest(i) === 2 || aromatic ? 'S.2' : 'S.3';
    }
    return element === 15 ? 'P.3' : symbol;
  });
}
