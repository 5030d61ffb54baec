/** Reads the ligands of a PDB entry (format 3.3). */
import { atomicNumber } from '../elements.js';
import { pairKey } from '../pair-key.js';
import type { StructureBond } from '../structure.js';
import { ligandsOf, type Ligand, type Link, type Site } from './ligands.js';
import { lineBatches, type TextChunks } from './lines.js';

/** Residues of proteins and nucleic acids, as entries and programs of simulation name them. */
const POLYMER = new Set(
  (
    'ALA ARG ASN ASP CYS GLN GLU GLY HIS ILE LEU LYS MET PHE PRO SER THR TRP TYR VAL SEC PYL ASX GLX ' +
    'HIE HID HIP HSD HSE HSP CYX CYM ASH GLH LYN ACE NME NMA NH2 A C G U I T DA DC DG DT DU DI N'
  ).split(' '),
);

/** Atoms of a chain that is taken for the molecule itself where there is no ligand. */
const LARGEST_PEPTIDE = 500;

export interface PdbContent {
  readonly ligands: readonly Ligand[];
  /** Atoms of the file, those of chains, water and ions too. */
  readonly atoms: number;
}

/**
 * Atoms in columns, bonds of CONECT, where a bond that is written twice is a double one. Residues that SEQRES or MODRES
 * name belong to chains, and so do ATOM records of amino acids and nucleotides.
 */
export async function readPdb(chunks: TextChunks): Promise<PdbContent> {
  const sites: Site[] = [];
  const chainNames = new Set<string>();
  const conect: [from: string, to: readonly string[]][] = [];
  const titles: string[] = [];
  let model = '';
  let line = 0;
  for await (const { lines } of lineBatches(chunks)) {
    for (const text of lines) {
      line += 1;
      switch (text.slice(0, 6).trimEnd()) {
        case 'ATOM':
        case 'HETATM':
          sites.push(siteOf(text, { model, line }));
          break;
        case 'MODEL':
          model = text.slice(6).trim();
          break;
        case 'SEQRES':
          for (const name of text.slice(19).trim().split(/\s+/)) chainNames.add(name);
          break;
        case 'MODRES':
          chainNames.add(text.slice(12, 15).trim());
          break;
        case 'TITLE':
          titles.push(text.slice(10, 80).trim());
          break;
        case 'CONECT':
          conect.push(conectOf(text));
      }
    }
  }
  const inChain = ({ component, inPolymer }: Site): boolean => inPolymer || chainNames.has(component);
  const [links, title] = [linksOf(conect), titles.join(' ') || undefined];
  const ligands = ligandsOf({ sites: sites.map((site) => ({ ...site, inPolymer: inChain(site) })), links, title });
  // Amino acids and peptides, for which other programs use the names of their residues.
  const whole = ligands.length === 0 && sites.length <= LARGEST_PEPTIDE ? sites.filter(inChain) : [];
  const peptide = whole.map((site) => ({ ...site, residue: whole[0].residue, inPolymer: false }));
  return { ligands: whole.length > 0 ? ligandsOf({ sites: peptide, links, title }) : ligands, atoms: sites.length };
}

function siteOf(text: string, { model, line }: { readonly model: string; readonly line: number }): Site {
  const part = (from: number, to: number): string => text.slice(from, to).trim();
  const component = part(17, 20);
  const name = part(12, 16);
  const number = part(22, 27);
  return {
    id: part(6, 11),
    name,
    component,
    residue: [component, part(21, 22), number].filter((word) => word !== '').join(' '),
    model,
    altLoc: part(16, 17),
    element: elementOf(part(76, 78), text.slice(12, 16)),
    charge: chargeOf(part(78, 80)),
    xyz: [Number(part(30, 38)), Number(part(38, 46)), Number(part(46, 54))],
    inPolymer: text.startsWith('ATOM') && POLYMER.has(component),
    line,
  };
}

/** Where the columns of the element are blank, its symbol stands right-justified in the first two of the name. */
function elementOf(symbol: string, name: string): number {
  const written = /^[A-Za-z]{1,2}$/.test(symbol) ? atomicNumber(symbol) : undefined;
  if (written !== undefined) return written;
  const letters = name.slice(0, 2).replace(/[^A-Za-z]/g, '');
  const right = name.startsWith(' ') || /^\d/.test(name);
  // Names of four characters begin in the first column: HG11 is hydrogen, not mercury.
  if (!right && name.trim().length === 4 && /^H/i.test(letters)) return 1;
  return (right ? undefined : atomicNumber(letters)) ?? atomicNumber(name.replace(/[^A-Za-z]/g, '').slice(0, 1)) ?? 0;
}

function chargeOf(text: string): number | undefined {
  const [, size, sign] = /^(\d)([+-])$/.exec(text) ?? [];
  return sign === undefined ? undefined : Number(`${sign}${size}`);
}

function conectOf(text: string): [string, readonly string[]] {
  const at = [6, 11, 16, 21, 26].map((from) => text.slice(from, from + 5).trim());
  return [at[0], at.slice(1).filter((serial) => serial !== '')];
}

function linksOf(conect: readonly (readonly [string, readonly string[]])[]): Link[] {
  const times = new Map<string, Map<string, number>>();
  for (const [from, to] of conect)
    for (const other of to) {
      const own = times.get(from) ?? new Map<string, number>();
      times.set(from, own.set(other, (own.get(other) ?? 0) + 1));
    }
  const links = new Map<string, Link>();
  for (const [a, others] of times)
    for (const [b, count] of others) {
      const key = pairKey(Number(a), Number(b));
      const order = Math.max(count, links.get(key)?.order ?? 1);
      links.set(key, { a, b, order: order > 1 ? (Math.min(3, order) as StructureBond['order']) : undefined });
    }
  return [...links.values()];
}
