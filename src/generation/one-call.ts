/** From a SMILES, or from structures, to conformers in one call, by a generator that is open. */
import { parseSmiles } from '../chem/parse.js';
import type { Structure } from '../chem/structure.js';
import type { GenerationResult } from './finish.js';
import { generateConformers, type GenerateOptions } from './generate.js';
import type { Generator } from './generator.js';
import { refineStructures, type RefinedStructure } from './refine-structures.js';
import type { RefineOptions } from './refine.js';

export interface WithGenerator {
  /** Opened by `openGenerator`; it stays open. */
  readonly generator: Generator;
}

/**
 * Conformers of a SMILES.
 * @throws MoleculeError where the SMILES is no single molecule; Error where the network does not know an element.
 */
export async function generate(
  smiles: string,
  { generator, ...options }: GenerateOptions & WithGenerator,
): Promise<GenerationResult> {
  return generateConformers(generator, parseSmiles(generator.rdkit, smiles), options);
}

/**
 * 3D structures cleaned up: shape, stereo and atom order kept, missing hydrogens appended. Structure i depends on
 * itself, the seed and i alone; conformers of one molecule in a row are fastest.
 * @throws MoleculeError where a structure is no single molecule; Error where it has no 3D coordinates, or the network
 *   does not know an element.
 */
export async function refine(
  structures: readonly Structure[],
  { generator, ...options }: RefineOptions & WithGenerator,
): Promise<RefinedStructure[]> {
  return refineStructures(generator, structures, options);
}
