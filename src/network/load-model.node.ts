/** Finds models in Node: those that ship with the package by name, others by path. */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readModel, type Model } from './model.js';

export const DEFAULT_MODEL = 'molflow-base';
const SHIPPED = new URL('../../models/', import.meta.url);

/** The file of a model: what is neither a path nor ends in .safetensors is the name of one that ships. */
export function modelFile(nameOrPath: string): string {
  const isPath = /[/\\]|\.safetensors$/.test(nameOrPath);
  return isPath ? nameOrPath : fileURLToPath(new URL(`${nameOrPath}.safetensors`, SHIPPED));
}

/**
 * @param nameOrPath a shipped model such as molflow-base, or the path of a .safetensors file.
 * @throws Error where there is none, listing those that ship.
 */
export async function loadModel(nameOrPath: string = DEFAULT_MODEL): Promise<Model> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(modelFile(nameOrPath));
  } catch (error) {
    const shipped = await shippedModels();
    throw new Error(
      `no model '${nameOrPath}': ${(error as Error).message}. Give the path of a .safetensors file or one of ${shipped.join(', ') || '(none shipped)'}.`,
    );
  }
  return readModel(bytes, nameOrPath);
}

export async function shippedModels(): Promise<string[]> {
  const files = await readdir(SHIPPED).catch(() => []);
  return files.filter((file) => file.endsWith('.safetensors')).map((file) => file.replace(/\.safetensors$/, ''));
}
