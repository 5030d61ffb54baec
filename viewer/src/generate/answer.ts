/** Answers one request for conformers with the events of the library's generation. */
import { parseSmiles } from '../../../src/chem/parse.js';
import { chosenPhase } from '../../../src/network/phase.js';
import { generateConformers } from '../../../src/generation/generate.js';
import type { Generator } from '../../../src/generation/generator.js';
import type { GenerateRequest, GeneratorAnswer } from './protocol.js';

/** @throws RangeError where the model was not trained on the phase, MoleculeError, and what generateConformers throws; the signal's reason where it is aborted. */
export async function answer(
  generator: Generator,
  {
    id,
    smiles,
    name,
    count,
    seed,
    optimize,
    energyWindow,
    quality,
    phase: asked,
    enumerateStereo,
    largestFragment,
  }: GenerateRequest,
  { tell, signal }: { readonly tell: (answer: GeneratorAnswer) => void; readonly signal: AbortSignal },
): Promise<void> {
  const phase = chosenPhase(asked, { name: generator.modelName, phases: generator.phases });
  const molecule = parseSmiles(generator.rdkit, smiles, { name, largestFragment });
  await generateConformers({ ...generator, phase }, molecule, {
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
