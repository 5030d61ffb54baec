/** All numbers of the ensemble in words: a row a conformer. */
import { TEMPERATURE } from '../../analysis/boltzmann.js';
import { h } from '../../dom.js';
import { torsionName } from './torsions.js';
import type { EnsembleActions, EnsembleView } from './view.js';

export function createEnsembleTable({ choose }: Pick<EnsembleActions, 'choose'>): {
  readonly host: HTMLElement;
  draw(view: EnsembleView): void;
} {
  const host = h('div', {
    class: 'table-wrap ensemble-table',
    tabindex: '0',
    role: 'region',
    'aria-label': 'Table of the ensemble',
  });

  function draw(view: EnsembleView): void {
    const { shown, labels, energies, ensembles, clusters, chosen } = view;
    const n = labels.length;
    const gyration = ensembles.gyration(shown);
    const matrix = ensembles.matrix(shown);
    const torsions = ensembles.torsions(shown);
    const clusterOf = new Map(clusters?.flatMap((members, index) => members.map((member) => [member, index + 1])));
    const rest = (part: { readonly problem?: string }): string => (part.problem === undefined ? '…' : '–');
    const focused = document.activeElement && host.contains(document.activeElement) ? document.activeElement.id : '';
    const header = (title: string, ...text: (string | HTMLElement)[]): HTMLElement =>
      h('th', { scope: 'col', title }, ...text);
    const rows = labels.map((label, index) =>
      h(
        'tr',
        index === chosen ? { class: 'active', 'aria-current': 'true' } : {},
        h(
          'th',
          { scope: 'row' },
          h(
            'button',
            {
              type: 'button',
              id: `ensemble-conformer-${index}`,
              'aria-label': `Conformer ${label}`,
              'aria-pressed': String(index === chosen),
              onclick: () => choose(index),
            },
            label,
          ),
        ),
        h('td', {}, energies ? (energies.above[index]?.toFixed(2) ?? '–') : '…'),
        h('td', {}, energies ? percent(energies.weights[index]) : '…'),
        h('td', {}, gyration.value?.[index]?.toFixed(2) ?? rest(gyration)),
        h('td', {}, String(clusterOf.get(index) ?? rest(matrix))),
        h('td', {}, matrix.value?.distances[chosen * n + index]?.toFixed(2) ?? rest(matrix)),
        ...(torsions.value ?? []).map(({ degrees }) =>
          h('td', {}, degrees[index].map((angle) => String(Math.round(angle))).join(', ')),
        ),
      ),
    );
    host.replaceChildren(
      h(
        'table',
        {},
        h('caption', {}, h('span', { class: 'unseen' }, 'The ensemble, a conformer a row')),
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            header('Conformer', 'Conf.'),
            header('MMFF94 energy above the lowest of the same stereoisomer, kcal/mol', 'ΔE, kcal/mol'),
            header(`Boltzmann weight at ${TEMPERATURE} K by MMFF94 energies, %`, 'Weight, %'),
            header('Radius of gyration, Å', h('span', {}, 'R', h('sub', {}, 'g'), ', Å')),
            header('Complete linkage at the cut-off of the RMSD view; the largest is 1', 'Cluster'),
            header('Heavy-atom RMSD to the chosen conformer, Å', unbroken('RMSD to chosen, Å')),
            ...(torsions.value ?? []).map((torsion) =>
              header('Torsion angle, degrees', unbroken(`${torsionName(view, torsion)}, °`)),
            ),
          ),
        ),
        h('tbody', {}, ...rows),
      ),
    );
    if (focused !== '') document.getElementById(focused)?.focus();
  }

  return { host, draw };
}

function percent(share: number | undefined): string {
  return share === undefined ? '–' : (100 * share).toFixed(1);
}

function unbroken(text: string): HTMLElement {
  return h('span', { class: 'unbroken' }, text);
}
