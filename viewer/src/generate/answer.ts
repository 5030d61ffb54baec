/** Answers one request for conformers with the events of the library's generation. */
import { parseSmiles } from '../../../src/chem/parse.js';
import { generateConformers } from '../../../src/generation/generate.js';
import type { Generator } from '../../../src/generation/generator.js';
import type { GenerateRequest, GeneratorAnswer } from './protocol.js';

/** @throws MoleculeError, and what generateConformers throws; the signal's reason where it is aborted. */
export async function answer(
  generator: Generator,
  { id, smiles, name, count, seed, optimize, energyWindow, quality, enumerateStereo, largestFragment }: GenerateRequest,
  { tell, signal }: { readonly tell: (answer: GeneratorAnswer) => void; readonly signal: AbortSignal },
): Promise<void> {
  const molecule = parseSmiles(generator.rdkit, smiles, { name, largestFragment });
  await generateConformers(generator, molecule, {
    count,
    seed,
    optimize,
    energyWindow,
    thorough: quality === 'thorough',
    enumerateStereo,
    signal,
    frames: true,
    observe: (event) => tell({ kind: 'event', id, event }),
  });
  tell({ kind: 'done', id });
}
