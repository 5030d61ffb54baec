/** The saved results and the weights that ship, read from the repository's root. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { samplingOf, weightsHash } from '../src/cli/evaluate/provenance.js';
import { jsonLines, type Experiment } from './experiment.js';
import type { ResultsOptions, Saved } from './results-page.js';

const FOLDER = path.join('bench', 'results');
const MODELS = 'models';

export async function readResults(): Promise<ResultsOptions> {
  const saved = new Map<string, Saved>();
  for (const name of (await readdir(FOLDER)).filter((name) => name.endsWith('.json')).sort())
    saved.set(name, JSON.parse(await readFile(path.join(FOLDER, name), 'utf8')) as Saved);
  const models = (await readdir(MODELS)).filter((name) => name.endsWith('.safetensors')).sort();
  const shipped = await Promise.all(
    models.map(async (file) => {
      const bytes = await readFile(path.join(MODELS, file));
      const shipped = { weights: weightsHash(bytes), sampling: samplingOf(bytes, file) };
      return [file.replace('.safetensors', ''), shipped] as const;
    }),
  );
  return {
    saved,
    experiments: jsonLines<Experiment>(path.join(FOLDER, 'experiments.jsonl')),
    shipped: Object.fromEntries(shipped),
  };
}
