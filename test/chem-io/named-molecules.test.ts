import { beforeAll, describe, expect, it, vi } from 'vitest';
import { elementSymbol } from '../../src/chem/elements.js';
import type { Molecule } from '../../src/chem/molecule.js';
import { loadNamedMolecules } from '../../src/chem/named-molecules.node.js';
import { findMolecule, UnknownMoleculeError, type NamedMolecule } from '../../src/chem/named-molecules.js';
import { parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit, type RDKitModule } from '../../src/chem/rdkit.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let molecules: readonly NamedMolecule[];
let rdkit: RDKitModule;

beforeAll(async () => {
  molecules = await loadNamedMolecules();
  rdkit = await loadRDKit();
});

function hillFormula({ atoms, charge }: Molecule): string {
  const counts = new Map<string, number>();
  for (const { element } of atoms) counts.set(elementSymbol(element), (counts.get(elementSymbol(element)) ?? 0) + 1);
  const rank = (symbol: string): string => (counts.has('C') && 'CH'.includes(symbol) ? ` ${symbol}` : symbol);
  const symbols = [...counts.keys()].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  const sign = charge === 0 ? '' : charge > 0 ? '+' : '-';
  return (
    symbols.map((s) => `${s}${counts.get(s)! > 1 ? counts.get(s) : ''}`).join('') +
    (Math.abs(charge) > 1 ? Math.abs(charge) : '') +
    sign
  );
}

const sorted = (labels: readonly string[]): string => [...labels].sort().join('');

describe('molecules/molecules.json', () => {
  it('holds what RDKit perceives in each SMILES: formula, hands and double bonds', () => {
    const seen = molecules.map(({ id, name, smiles }) => {
      const molecule = parseSmiles(rdkit, smiles, { name });
      return {
        id,
        formula: hillFormula(molecule),
        cip: sorted(molecule.centres.filter((centre) => centre.specified).map(({ cip }) => cip ?? '-')),
        ez: sorted(molecule.stereoBonds.filter(({ cis }) => cis !== undefined).map(({ cip }) => cip ?? '-')),
      };
    });
    expect(seen).toEqual(molecules.map(({ id, formula, cip, ez }) => ({ id, formula, cip, ez })));
  });

  it('leaves no stereocentre open but those that only the shape of a cage decides, nor any double bond', () => {
    const open = molecules.filter(({ smiles }) => {
      const { centres, stereoBonds } = parseSmiles(rdkit, smiles);
      return stereoBonds.some(({ cis }) => cis === undefined) || centres.some(({ specified }) => !specified);
    });
    const allowed = (molecule: NamedMolecule): boolean => molecule.tags.includes('cage') || molecule.id === 'quinine';
    expect(open.filter((molecule) => !allowed(molecule)).map(({ id }) => id)).toEqual([]);
  });

  it('covers the kinds it promises', () => {
    const tagged = (tag: string): number => molecules.filter(({ tags }) => tags.includes(tag)).length;
    expect(molecules.length).toBeGreaterThanOrEqual(70);
    expect(tagged('amino acid')).toBeGreaterThanOrEqual(20);
    for (const tag of ['drug', 'vitamin', 'steroid', 'sugar', 'peptide', 'E/Z', 'ring', 'cage', 'spiro', 'cumulene']) {
      expect(tagged(tag), tag).toBeGreaterThan(1);
    }
    for (const tag of ['charged', 'halogen', 'sulfur', 'phosphorus', 'silicon', 'boron', 'nucleoside', 'macrocycle']) {
      expect(tagged(tag), tag).toBeGreaterThan(1);
    }
    const rings = new Set(
      molecules.flatMap(({ smiles }) => parseSmiles(rdkit, smiles).rings.map((ring) => ring.length)),
    );
    for (let size = 3; size <= 14; size++) expect(rings, `ring of ${size}`).toContain(size);
  });

  it('has ids, names and aliases that mean one molecule each', () => {
    const owners = new Map<string, string>();
    for (const { id, name, aliases } of molecules) {
      expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      for (const known of [id, name, ...aliases]) {
        const key = known.toLowerCase().replace(/[^a-z0-9]/g, '');
        expect(owners.get(key) ?? id, known).toBe(id);
        owners.set(key, id);
      }
    }
  });

  it('has no structure twice', () => {
    const smiles = molecules.map((molecule) => parseSmiles(rdkit, molecule.smiles).smiles);
    expect(smiles.filter((text, i) => smiles.indexOf(text) !== i)).toEqual([]);
  });
});

describe('findMolecule', () => {
  it('takes ids, names and aliases in any case and spelling of blanks and hyphens', () => {
    expect(findMolecule(molecules, 'Caffeine').formula).toBe('C8H10N4O2');
    expect(findMolecule(molecules, 'vitamin c').id).toBe('l-ascorbic-acid');
    expect(findMolecule(molecules, 'IBUPROFEN').id).toBe('s-ibuprofen');
    expect(findMolecule(molecules, '18 crown 6').formula).toBe('C12H24O6');
  });

  it('says what was nearly meant', () => {
    const failure = (name: string): UnknownMoleculeError => {
      try {
        findMolecule(molecules, name);
      } catch (error) {
        if (error instanceof UnknownMoleculeError) return error;
      }
      throw new Error(`${name} was found`);
    };
    expect(failure('cafeine').suggestions[0]).toBe('caffeine');
    expect(failure('asprin').message).toContain('did you mean aspirin');
    expect(failure('cholesterl').suggestions).toContain('cholesterol');
    expect(failure('xyzzyplugh').suggestions).toEqual([]);
    expect(failure('').suggestions).toEqual([]);
  });
});
