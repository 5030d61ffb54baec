/** Histograms of the energies, with Boltzmann weights, and of the radii of gyration. */
import { linearBins, type Bin } from '../../analysis/bins.js';
import { TEMPERATURE } from '../../analysis/boltzmann.js';
import { h } from '../../dom.js';
import { createHistogram } from './histogram.js';
import { countOf, nextOf, type EnsembleActions, type EnsembleView } from './view.js';

export function createDistributions({ choose, tick }: EnsembleActions): {
  readonly host: HTMLElement;
  draw(view: EnsembleView): void;
} {
  let now: EnsembleView | undefined;
  const acting = {
    onChoose: ({ members }: Bin): void => {
      if (now && members.length > 0) choose(nextOf(members, now));
    },
    onTick: (bins: readonly Bin[]): void => tick(bins.flatMap(({ members }) => members)),
  };
  const energy = createHistogram({ id: 'energy-histogram', label: 'Energies and Boltzmann weights', ...acting });
  const size = createHistogram({ id: 'gyration-histogram', label: 'Radii of gyration', ...acting });
  const energyNote = h('p', { class: 'note' });
  const sizeNote = h('p', { class: 'note' });
  const host = h('div', {}, energyNote, energy.host, sizeNote, size.host);

  function draw(view: EnsembleView): void {
    now = view;
    drawEnergies(view);
    const { ensembles, shown, ticked, chosen, width } = view;
    const { value: radii, problem } = ensembles.gyration(shown);
    size.host.hidden = !radii;
    sizeNote.hidden = radii !== undefined;
    sizeNote.textContent = problem ?? 'Computing radii of gyration …';
    if (!radii) return;
    size.draw(
      {
        bins: linearBins(radii),
        axis: 'Radius of gyration, Å',
        rows: [{ title: 'Conformers', of: () => 1, text: String }],
        ticked,
        chosen,
        at: radii[chosen],
        label: ({ from, to, members }) => `Radius of gyration ${from} to ${to} Å: ${countOf(members.length)}`,
      },
      width,
    );
  }

  function drawEnergies({ energies, chosen, ticked, width }: EnsembleView): void {
    // Energies of different stereoisomers are not compared.
    const own = energies?.above.map((above, index) =>
      energies.isomers[index] === energies.isomers[chosen] ? above : undefined,
    );
    const bins = linearBins(own ?? []);
    energy.host.hidden = bins.length === 0;
    const left = own?.filter((value) => value === undefined).length ?? 0;
    energyNote.hidden = bins.length > 0 && left === 0;
    energyNote.textContent = !energies
      ? 'Computing energies …'
      : bins.length === 0
        ? 'MMFF94 gives these conformers no energy.'
        : `${countOf(left)} of another stereoisomer, or without energy, left out.`;
    if (!energies || !own || bins.length === 0) return;
    const weightOf = (conformer: number): number => 100 * (energies.weights[conformer] ?? 0);
    const percent = (value: number): string => (value >= 10 ? value.toFixed(0) : value.toFixed(1));
    energy.draw(
      {
        bins,
        axis: 'MMFF94 energy above the lowest, kcal/mol',
        rows: [
          { title: 'Conformers', of: () => 1, text: String },
          { title: `Boltzmann weight at ${TEMPERATURE} K, %`, of: weightOf, text: percent },
        ],
        ticked,
        chosen,
        at: own[chosen],
        label: ({ from, to, members }) =>
          `${from} to ${to} kcal/mol: ${countOf(members.length)}, Boltzmann weight ${members
            .reduce((sum, member) => sum + weightOf(member), 0)
            .toFixed(1)} %`,
      },
      width,
    );
  }

  return { host, draw };
}
