/** The skeleton stage of a model whose hydrogen stage may not be trained yet. */
import { readFile } from 'node:fs/promises';
import { modelFile } from '../src/network/load-model.node.js';
import { readPartialModel, type StageModel } from '../src/network/model.js';

export async function skeletonOf(nameOrPath: string): Promise<StageModel> {
  const file = modelFile(nameOrPath);
  const { skeleton } = readPartialModel(await readFile(file), file);
  if (!skeleton) throw new Error(`${file} has no skeleton stage`);
  return skeleton;
}
