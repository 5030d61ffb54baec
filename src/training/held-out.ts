/** Which molecules are held out from training: a fixed share, by a hash of the SMILES, whatever files they come in. */
import type { Ensemble } from '../dataset/ensemble.js';

export function isHeldOut(smiles: string, share: number): boolean {
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5;
  for (let i = 0; i < smiles.length; i++) hash = Math.imul(hash ^ smiles.charCodeAt(i), 0x01000193);
  return (hash >>> 0) / 2 ** 32 < share;
}

export function splitHeldOut(ensembles: readonly Ensemble[], share: number): { kept: Ensemble[]; heldOut: Ensemble[] } {
  const kept: Ensemble[] = [];
  const heldOut: Ensemble[] = [];
  for (const ensemble of ensembles) (isHeldOut(ensemble.family, share) ? heldOut : kept).push(ensemble);
  return { kept, heldOut };
}
