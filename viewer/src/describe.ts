/** The molecule in words: formula and counts, and what the canvas shows for those who do not see it. */
import { elementSymbol } from '../../src/chem/elements.js';
import type { StructureAtom } from '../../src/chem/structure.js';
import { ownField } from './data/fields.js';
import { stageAt } from './data/timeline.js';
import type { Shown } from './session.js';
import type { State } from './store.js';
import { drawnConformers } from './view/show.js';

const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉';
const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Hill formula: carbon, hydrogen, then by the alphabet; charge after it. */
export function formula({ atoms }: { readonly atoms: readonly Pick<StructureAtom, 'element' | 'charge'>[] }): string {
  const counts = new Map<string, number>();
  for (const { element } of atoms) {
    const symbol = elementSymbol(element);
    counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  }
  const rank = (symbol: string): string =>
    counts.has('C') && (symbol === 'C' || symbol === 'H') ? `0${symbol}` : `1${symbol}`;
  const digits = (value: number, set: string): string =>
    [...String(value)].map((digit) => [...set][Number(digit)]).join('');
  const parts = [...counts.keys()]
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
    .map((symbol) => {
      const count = counts.get(symbol) ?? 0;
      return symbol + (count > 1 ? digits(count, SUBSCRIPTS) : '');
    });
  const charge = atoms.reduce((sum, atom) => sum + atom.charge, 0);
  const size = Math.abs(charge);
  return (
    parts.join('') + (charge === 0 ? '' : `${size > 1 ? digits(size, SUPERSCRIPTS) : ''}${charge > 0 ? '⁺' : '⁻'}`)
  );
}

/** @param identity formula and SMILES with the hydrogens that the file leaves out, once they are known. */
export function facts(
  { entry, conformers }: Shown,
  identity?: { readonly atoms: readonly Pick<StructureAtom, 'element' | 'charge'>[] },
): string {
  const frames = conformers.reduce((sum, conformer) => sum + conformer.frames.length, 0);
  const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
  const phase = ownField(conformers[0].fields, 'PHASE');
  return [
    formula(identity ?? entry.structure),
    count(entry.structure.atoms.length, 'atom'),
    entry.structure.dimension === 3 ? count(conformers.length, 'conformer') : 'drawing in two dimensions',
    ...(frames > conformers.length ? [count(frames, 'frame')] : []),
    ...(phase === 'gas' ? ['gas phase'] : phase === 'water' ? ['in water'] : []),
  ].join(' · ');
}

export function describe(state: State, shown: Shown | undefined): string {
  if (!shown) return 'No molecule yet';
  const { entry, conformers, timeline } = shown;
  const drawn = drawnConformers(state, shown).map((index) => conformers[index].label);
  const which =
    drawn.length === 1
      ? `conformer ${drawn[0]} of ${conformers.length}`
      : `${drawn.length} conformers ${state.arrangement === 'grid' ? 'side by side' : 'overlaid'}`;
  const when = timeline.length > 0 ? `, flow time ${stageAt(timeline, state.position).t.toFixed(2)}` : '';
  return `${entry.structure.name || 'Molecule'}, ${formula(entry.structure)}, ${which}${when}. Arrow keys rotate, plus and minus zoom.`;
}
