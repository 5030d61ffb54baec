/** The RMSD matrix and the clusters at a cut-off that the user sets. */
import { TEMPERATURE } from '../../analysis/boltzmann.js';
import { h } from '../../dom.js';
import { createMatrix } from './matrix.js';
import { byEnergy, nextOf, type EnsembleActions, type EnsembleView } from './view.js';

export function createClusters({
  choose,
  tick,
  cutOff,
  onCutOff,
}: EnsembleActions & {
  /** Å. */
  readonly cutOff: number;
  readonly onCutOff: (cutOff: number) => void;
}): { readonly host: HTMLElement; draw(view: EnsembleView): void } {
  const note = h('p', { class: 'note' });
  const matrix = createMatrix({ onChoose: choose, onPair: (one, other) => tick([one, other]) });
  const input = h('input', {
    type: 'number',
    id: 'cut-off',
    min: 0,
    step: 0.05,
    value: cutOff,
    title: 'No two conformers of a cluster are farther apart (complete linkage)',
    oninput: () => {
      if (input.value !== '' && input.valueAsNumber >= 0) onCutOff(input.valueAsNumber);
    },
  });
  const count = h('span', { class: 'note', 'aria-live': 'polite' });
  const table = h('div', { class: 'table-wrap', tabindex: '0', role: 'region', 'aria-label': 'Table of clusters' });
  let now: EnsembleView | undefined;
  const found = h(
    'div',
    {},
    h('div', { class: 'row' }, h('label', { for: 'cut-off' }, 'RMSD cut-off, Å'), input, count),
    table,
    h(
      'div',
      { class: 'row' },
      h(
        'button',
        {
          type: 'button',
          id: 'tick-lowest',
          title: 'Tick the conformer of lowest energy of each cluster, and no others',
          onclick: () => {
            const view = now;
            if (view?.clusters) tick(view.clusters.map((members) => byEnergy(members, view)[0]));
          },
        },
        'Tick the lowest of each',
      ),
    ),
    matrix.host,
  );
  const host = h('div', {}, note, found);

  function draw(view: EnsembleView): void {
    now = view;
    const { ensembles, shown, clusters, labels, chosen, width } = view;
    const { value, share = 0, problem } = ensembles.matrix(shown);
    found.hidden = !value || !clusters;
    note.hidden = !found.hidden;
    note.textContent = problem ?? `Computing RMSDs … ${Math.round(100 * share)} %`;
    if (!value || !clusters) return;
    count.textContent = `${clusters.length} cluster${clusters.length === 1 ? '' : 's'}`;
    drawTable(view, clusters);
    matrix.draw({ distances: value.distances, clusters, labels, chosen }, width);
  }

  function drawTable(view: EnsembleView, clusters: readonly (readonly number[])[]): void {
    const { energies, ticked, chosen } = view;
    const focused = document.activeElement && table.contains(document.activeElement) ? document.activeElement.id : '';
    const rows = clusters.map((members, index) => {
      const chosenOf = members.filter((member) => ticked.has(member)).length;
      const box = h('input', {
        type: 'checkbox',
        id: `tick-cluster-${index}`,
        'aria-label': `Tick cluster ${index + 1}`,
        onchange: () => {
          const rest = [...ticked].filter((conformer) => !members.includes(conformer));
          tick(box.checked ? [...rest, ...members] : rest);
        },
      });
      box.checked = chosenOf === members.length;
      box.indeterminate = chosenOf > 0 && chosenOf < members.length;
      const lowest = byEnergy(members, view)[0];
      const weight = members.reduce((sum, member) => sum + (energies?.weights[member] ?? 0), 0);
      return h(
        'tr',
        members.includes(chosen) ? { class: 'active', 'aria-current': 'true' } : {},
        h('td', {}, box),
        h(
          'th',
          { scope: 'row' },
          h(
            'button',
            {
              type: 'button',
              id: `cluster-${index}`,
              'aria-label': `Cluster ${index + 1}: choose its conformer of lowest energy`,
              'aria-pressed': String(members.includes(chosen)),
              onclick: () => choose(nextOf(members, view)),
            },
            String(index + 1),
          ),
        ),
        h('td', {}, String(members.length)),
        h('td', {}, energies ? (100 * weight).toFixed(1) : '…'),
        h('td', {}, energies ? (energies.above[lowest]?.toFixed(2) ?? '–') : '…'),
      );
    });
    const header = (text: string | HTMLElement, title: string): HTMLElement => h('th', { scope: 'col', title }, text);
    table.replaceChildren(
      h(
        'table',
        {},
        h('caption', {}, h('span', { class: 'unseen' }, 'Clusters')),
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            header(h('span', { class: 'unseen' }, 'Ticked'), 'Whether the conformers of the cluster are ticked'),
            header('Cluster', 'The largest first'),
            header('Conf.', 'Number of conformers'),
            header('Weight, %', `Boltzmann weight at ${TEMPERATURE} K by MMFF94 energies, of all its conformers`),
            header('ΔE, kcal/mol', 'MMFF94 energy of its lowest conformer above the lowest of all'),
          ),
        ),
        h('tbody', {}, ...rows),
      ),
    );
    if (focused !== '') document.getElementById(focused)?.focus();
  }

  return { host, draw };
}
