/** All numbers of the ensemble in words: a row a conformer. */
import { TEMPERATURE } from '../../analysis/boltzmann.js';
import type { Torsion } from '../../analysis/protocol.js';
import type { Entry } from '../../data/trajectory.js';
import { h, setText } from '../../dom.js';
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

  /** The rows as they stand: they are kept while the table is of the same entry and torsions. */
  let table:
    | { readonly entry: Entry; readonly torsions: readonly Torsion[] | undefined; readonly rows: readonly Row[] }
    | undefined;

  function draw(view: EnsembleView): void {
    const { shown, labels, energies, ensembles, clusters, chosen } = view;
    const n = labels.length;
    const gyration = ensembles.gyration(shown);
    const matrix = ensembles.matrix(shown);
    const torsions = ensembles.torsions(shown).value;
    if (table?.entry !== shown.entry || table.torsions !== torsions)
      table = { entry: shown.entry, torsions, rows: make(view, torsions ?? []) };
    const clusterOf = new Map(clusters?.flatMap((members, index) => members.map((member) => [member, index + 1])));
    const rest = (part: { readonly problem?: string }): string => (part.problem === undefined ? '…' : '–');
    table.rows.forEach(({ row, pick, cells }, index) => {
      const active = index === chosen;
      if (pick.getAttribute('aria-pressed') !== String(active)) {
        pick.setAttribute('aria-pressed', String(active));
        row.classList.toggle('active', active);
        if (active) row.setAttribute('aria-current', 'true');
        else row.removeAttribute('aria-current');
      }
      [
        energies ? (energies.above[index]?.toFixed(2) ?? '–') : '…',
        energies ? percent(energies.weights[index]) : '…',
        gyration.value?.[index]?.toFixed(2) ?? rest(gyration),
        String(clusterOf.get(index) ?? rest(matrix)),
        matrix.value?.distances[chosen * n + index]?.toFixed(2) ?? rest(matrix),
      ].forEach((text, column) => setText(cells[column], text));
    });
  }

  /** A new table, whose numbers, but the torsions, are filled in by `draw`. */
  function make(view: EnsembleView, torsions: readonly Torsion[]): Row[] {
    const focused = document.activeElement && host.contains(document.activeElement) ? document.activeElement.id : '';
    const header = (title: string, ...text: (string | HTMLElement)[]): HTMLElement =>
      h('th', { scope: 'col', title }, ...text);
    const rows = view.labels.map((label, index): Row => {
      const pick = h(
        'button',
        {
          type: 'button',
          id: `ensemble-conformer-${index}`,
          'aria-label': `Conformer ${label}`,
          onclick: () => choose(index),
        },
        label,
      );
      const cells = Array.from({ length: 5 }, () => h('td'));
      const angles = torsions.map(({ degrees }) =>
        h('td', {}, degrees[index].map((angle) => String(Math.round(angle))).join(', ')),
      );
      return { row: h('tr', {}, h('th', { scope: 'row' }, pick), ...cells, ...angles), pick, cells };
    });
    const body = h('tbody', {});
    append(body, rows);
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
            ...torsions.map((torsion) =>
              header('Torsion angle, degrees', unbroken(`${torsionName(view, torsion)}, °`)),
            ),
          ),
        ),
        body,
      ),
    );
    if (focused !== '') document.getElementById(focused)?.focus();
    return rows;
  }

  return { host, draw };
}

/** Rows that are laid out at once: two hundred take a tenth of a second. */
const SLICE = 60;

/** Appends the rows, some in each frame of the screen. */
function append(body: HTMLElement, rows: readonly Row[]): void {
  body.append(...rows.slice(0, SLICE).map(({ row }) => row));
  if (rows.length > SLICE) requestAnimationFrame(() => append(body, rows.slice(SLICE)));
}

interface Row {
  readonly row: HTMLElement;
  readonly pick: HTMLElement;
  /** Those whose numbers change: energy, weight, radius of gyration, cluster, RMSD to the chosen one. */
  readonly cells: readonly HTMLElement[];
}

function percent(share: number | undefined): string {
  return share === undefined ? '–' : (100 * share).toFixed(1);
}

function unbroken(text: string): HTMLElement {
  return h('span', { class: 'unbroken' }, text);
}
