/** A torsion rose for each rotatable bond. */
import { circularBins, type Bin } from '../../analysis/bins.js';
import type { Torsion } from '../../analysis/protocol.js';
import { h } from '../../dom.js';
import { atomName } from '../../measure.js';
import { createRose } from './rose.js';
import { countOf, nextOf, type EnsembleActions, type EnsembleView } from './view.js';

/** Atoms of a torsion as the page names them: “C1–C2–O3–C4”. */
export function torsionName({ shown }: Pick<EnsembleView, 'shown'>, { atoms }: Torsion): string {
  return atoms.map((atom) => atomName(shown.entry.structure, atom)).join('–');
}

export function createTorsions({
  choose,
  tick,
  onMeasure,
}: EnsembleActions & {
  /** Shows a torsion in the molecule. */
  readonly onMeasure: (atoms: readonly number[]) => void;
}): { readonly host: HTMLElement; draw(view: EnsembleView): void } {
  const note = h('p', { class: 'note' });
  const roses = h('div', { class: 'roses' });
  const host = h('div', {}, note, roses);
  let now: EnsembleView | undefined;
  let made:
    { readonly torsions: readonly Torsion[]; readonly all: readonly ReturnType<typeof createRose>[] } | undefined;

  function make(view: EnsembleView, torsions: readonly Torsion[]): ReturnType<typeof createRose>[] {
    const all = torsions.map((torsion) => {
      const name = torsionName(view, torsion);
      return createRose({
        title: h(
          'button',
          { type: 'button', title: 'Measure it in the molecule', onclick: () => onMeasure(torsion.atoms) },
          name,
        ),
        label: `Torsion ${name}`,
        onChoose: ({ members }) => {
          if (now && members.length > 0) choose(nextOf(members, now));
        },
        onTick: (bins: readonly Bin[]) => tick(bins.flatMap(({ members }) => members)),
      });
    });
    roses.replaceChildren(...all.map((rose) => rose.host));
    return all;
  }

  function draw(view: EnsembleView): void {
    now = view;
    const { ensembles, shown, ticked, chosen, width } = view;
    const { value: torsions, problem } = ensembles.torsions(shown);
    roses.hidden = !torsions;
    const alike = torsions?.some(({ degrees }) => degrees.some((own) => own.length > 1));
    note.textContent = !torsions
      ? (problem ?? 'Computing torsions …')
      : torsions.length === 0
        ? 'No bond of this molecule is rotatable.'
        : `Torsion angles, degrees; areas are in proportion to numbers.${alike ? ' Atoms that symmetry makes alike all count.' : ''}`;
    if (!torsions) return;
    if (made?.torsions !== torsions) made = { torsions, all: make(view, torsions) };
    torsions.forEach(({ degrees }, index) =>
      made?.all[index].draw(
        {
          bins: circularBins(degrees),
          ticked,
          chosen,
          at: degrees[chosen],
          label: ({ from, to, members }) => `${middle(from, to)}°: ${countOf(members.length)}`,
        },
        Math.floor((width - 8) / 2),
      ),
    );
  }

  return { host, draw };
}

/** The middle of a sector, from −165 to 180. */
function middle(from: number, to: number): number {
  const angle = (from + to) / 2;
  return angle > 180 ? angle - 360 : angle;
}
