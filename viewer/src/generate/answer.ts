/** Answers one request for conformers, step by step: the library's generation, observed. */
import { parseSmiles } from '../../../src/chem/parse.js';
import { generateConformers } from '../../../src/generation/generate.js';
import type { Generator } from '../../../src/generation/generator.js';
import { conformerFields } from '../../../src/generation/records.js';
import type { GenerateRequest, GeneratorAnswer } from './protocol.js';

/** @throws MoleculeError, and what generateConformers throws; the signal's reason where it is aborted. */
export async function answer(
  generator: Generator,
  { id, smiles, name, count, seed }: GenerateRequest,
  { tell, signal }: { readonly tell: (answer: GeneratorAnswer) => void; readonly signal: AbortSignal },
): Promise<void> {
  const molecule = parseSmiles(generator.rdkit, smiles, { name });
  const { atoms, bonds } = molecule;
  tell({ kind: 'molecule', id, smiles: molecule.smiles, structure: { name, atoms, bonds, dimension: 3 } });
  const begun = performance.now();
  const result = await generateConformers(generator, molecule, {
    count,
    seed,
    signal,
    frames: true,
    observe: (event) => event.kind === 'frame' && tell({ kind: 'frame', id, event }),
  });
  tell({
    kind: 'done',
    id,
    conformers: result.conformers.map((conformer) => ({
      draw: conformer.draw,
      fields: Array.from(conformerFields(result, conformer), ([field, value]) => [field, String(value)] as const),
    })),
    report: result.report,
    seconds: (performance.now() - begun) / 1000,
  });
}
