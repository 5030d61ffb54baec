/** Models as benches name them. */
import { readFile } from 'node:fs/promises';
import { readPartialModel, type StageModel } from '../src/network/model.js';

/** The file of a model given by path or by the name of a shipped one; benches run in the root of the repository. */
export function modelFile(nameOrPath: string): string {
  return /[/\\]|\.safetensors$/.test(nameOrPath) ? nameOrPath : `models/${nameOrPath}.safetensors`;
}

/** The skeleton stage of a model, and the file it stands in. */
export async function skeletonOf(nameOrPath: string): Promise<{ readonly file: string; readonly stage: StageModel }> {
  const file = modelFile(nameOrPath);
  const { skeleton: stage } = readPartialModel(await readFile(file), file);
  if (!stage) throw new Error(`${file} has no skeleton stage`);
  return { file, stage };
}
