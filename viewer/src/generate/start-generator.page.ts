/** An exported page plays what it holds: it has no model and makes no conformers. */
export const canGenerate = false;
export const hasFastModel = false;

export function startGenerator(): Worker | undefined {
  return undefined;
}
