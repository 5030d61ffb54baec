/** Which molecules are held out from training: a fixed share, by a hash of the SMILES, whatever files they come in. */

export function isHeldOut(smiles: string, share: number): boolean {
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5;
  for (let i = 0; i < smiles.length; i++) hash = Math.imul(hash ^ smiles.charCodeAt(i), 0x01000193);
  return (hash >>> 0) / 2 ** 32 < share;
}
