/** What a data set holds: counts, elements, sizes, conformers a molecule. */
import { elementSymbol } from '../../chem/elements.js';
import { isTagged } from '../../chem/stereo.js';
import type { Ensemble } from '../ensemble.js';

export interface DatasetStatistics {
  readonly molecules: number;
  readonly conformers: number;
  /** Molecules that hold each element, most frequent first. */
  readonly elements: readonly (readonly [symbol: string, molecules: number])[];
  /** Least, mean and greatest. */
  readonly atoms: Range;
  readonly heavyAtoms: Range;
  readonly conformersPerMolecule: Range;
  /** Molecules with a specified stereocentre or double bond, with a charge, with a ring. */
  readonly stereo: number;
  readonly charged: number;
  readonly cyclic: number;
  /** Molecules of each number of heavy atoms, ascending. */
  readonly sizes: readonly (readonly [heavyAtoms: number, molecules: number])[];
}

export interface Range {
  readonly least: number;
  readonly mean: number;
  readonly most: number;
}

export async function datasetStatistics(
  ensembles: AsyncIterable<Pick<Ensemble, 'molecule' | 'conformers'>>,
): Promise<DatasetStatistics> {
  const [atoms, heavy, conformers]: number[][] = [[], [], []];
  const elements = new Map<string, number>();
  let [stereo, charged, cyclic] = [0, 0, 0];
  for await (const { molecule, conformers: count } of ensembles) {
    atoms.push(molecule.atoms.length);
    heavy.push(molecule.atoms.filter(({ element }) => element > 1).length);
    conformers.push(count);
    for (const element of new Set(molecule.atoms.map((atom) => atom.element)))
      elements.set(elementSymbol(element), (elements.get(elementSymbol(element)) ?? 0) + 1);
    if (isTagged(molecule)) stereo++;
    if (molecule.atoms.some(({ charge }) => charge !== 0)) charged++;
    if (molecule.rings.length > 0) cyclic++;
  }
  const sizes = new Map<number, number>();
  for (const size of heavy) sizes.set(size, (sizes.get(size) ?? 0) + 1);
  return {
    molecules: atoms.length,
    conformers: conformers.reduce((sum, count) => sum + count, 0),
    elements: [...elements].sort((a, b) => b[1] - a[1]),
    atoms: rangeOf(atoms),
    heavyAtoms: rangeOf(heavy),
    conformersPerMolecule: rangeOf(conformers),
    stereo,
    charged,
    cyclic,
    sizes: [...sizes].sort((a, b) => a[0] - b[0]),
  };
}

function rangeOf(values: readonly number[]): Range {
  let [least, most, sum] = [Infinity, -Infinity, 0];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
    sum += value;
  }
  return { least, mean: sum / values.length, most };
}
