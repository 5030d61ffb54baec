/** Draws of a model as conformers to start from, for molecules that other programs give no starting coordinates of. */
import type { MakeEnsemblesOptions } from '../dataset/make/make-ensembles.js';
import { sdfRecord } from '../chem/io/write-sdf.js';
import { MoleculeError } from '../chem/molecule-error.js';
import { parseSmiles } from '../chem/parse.js';
import { generateConformers } from '../generation/generate.js';
import type { Generator } from '../generation/generator.js';
import { openGenerator } from '../generation/open-generator.node.js';
import { DEFAULT_MODEL } from '../network/load-model.node.js';
import { provenanceOf } from './evaluate/provenance.js';

export interface DrawnStarts extends NonNullable<MakeEnsemblesOptions['starts']> {
  close(): Promise<void>;
}

/** The default model's conformers, relaxed by MMFF94s where it has parameters; where all fail the checks, draws as they are. */
export async function drawnStarts(): Promise<DrawnStarts> {
  const { weights } = await provenanceOf({ [DEFAULT_MODEL]: DEFAULT_MODEL });
  let opening: Promise<Generator> | undefined;
  // One after another: requests come from several processes.
  let last: Promise<unknown> = Promise.resolve();
  return {
    name: `draws of ${DEFAULT_MODEL} ${weights[DEFAULT_MODEL]}`,
    make(request, count) {
      const made = last.then(async () => {
        const generator = await (opening ??= openGenerator());
        return textOf(generator, request, count);
      });
      last = made.catch(() => {});
      return made;
    },
    async close() {
      await last;
      await (await opening)?.dispose();
    },
  };
}

async function textOf(
  generator: Generator,
  { smiles, title, seed }: { readonly smiles: string; readonly title: string; readonly seed: number },
  count: number,
): Promise<string> {
  try {
    const molecule = parseSmiles(generator.rdkit, smiles, { name: title });
    const sound = await generateConformers(generator, molecule, { count, seed, optimize: 'mmff94s' });
    const { conformers } =
      sound.conformers.length > 0 ? sound : await generateConformers(generator, molecule, { count, seed, plain: true });
    return conformers.map(({ coordinates }) => sdfRecord({ molecule, coordinates, title })).join('');
  } catch (error) {
    // An element that the network does not know.
    if (error instanceof MoleculeError) return '';
    throw error;
  }
}
