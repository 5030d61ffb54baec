/** The SMILES of what is shown. */
import { ownField } from '../data/fields.js';
import type { Shown } from '../session.js';
import type { Results } from './results.js';

/** With the stereo in the chosen conformer's coordinates; while the molecule is made, with that which is asked for. */
export function smilesOf(shown: Shown, { results, active }: { results: Results; active: number }): string | undefined {
  const index = Math.min(active, shown.conformers.length - 1);
  const asked = ownField(shown.conformers[index].fields, 'SMILES');
  if (shown.entry.live) return asked;
  return results.conformer(shown, index).stereo?.smiles ?? asked ?? results.identity(shown)?.smiles;
}
