/** The table of conformers: energy, RMSD, stereo check; it chooses the one looked at and those drawn together. */
import { byId, h, onNextFrame } from '../dom.js';
import type { StereoMarks } from '../analysis/protocol.js';
import type { Results } from '../analysis/results.js';
import { ownField } from '../data/fields.js';
import type { Session } from '../session.js';
import type { Store } from '../store.js';
import { conformerColour } from '../view/palette.js';

type Column = 'index' | 'energy' | 'toFirst' | 'toReference';

export function connectConformersPanel({
  store,
  session,
  results,
  onReference,
}: {
  readonly store: Store;
  readonly session: Session;
  readonly results: Results;
  readonly onReference: (files: readonly File[]) => void;
}): void {
  const panel = byId('conformers-panel');
  const wrap = h('div', { class: 'table-wrap', tabindex: '0', role: 'region', 'aria-label': 'Table of conformers' });
  const input = h('input', {
    type: 'file',
    class: 'unseen',
    tabindex: '-1',
    'aria-hidden': 'true',
    accept: '.sdf,.sd,.mol,.xyz,.gz',
    onchange: () => {
      onReference([...(input.files ?? [])]);
      input.value = '';
    },
  });
  panel.append(
    wrap,
    h(
      'div',
      { class: 'row' },
      h('button', { type: 'button', id: 'show-all', onclick: () => choose(true) }, 'Tick all'),
      h('button', { type: 'button', id: 'show-one', onclick: () => choose(false) }, 'Tick chosen only'),
      h(
        'button',
        {
          type: 'button',
          id: 'reference',
          title: 'A file with conformers of the same molecule to compare with',
          onclick: () => input.click(),
        },
        'Reference…',
      ),
      input,
    ),
  );
  let sort: { column: Column; up: boolean } = { column: 'index', up: true };

  function choose(all: boolean): void {
    const { entry, active } = store.get();
    const count = session.shown(entry)?.conformers.length ?? 0;
    store.set({ shown: all ? Array.from({ length: count }, (_, index) => index) : [active] });
  }

  function draw(): void {
    const focused =
      document.activeElement instanceof HTMLElement && wrap.contains(document.activeElement)
        ? document.activeElement.id
        : '';
    const state = store.get();
    const shown = session.shown(state.entry);
    if (!shown) {
      wrap.replaceChildren(h('p', { class: 'note' }, 'None yet.'));
      return;
    }
    const found = shown.conformers.map((_, index) => results.conformer(shown, index));
    const energies = found.flatMap(({ energy }) => (typeof energy === 'number' ? [energy] : []));
    const lowest = Math.min(...energies);
    const withReference = results.hasReference(shown);
    const smiles = new Map<string, number>();
    for (const { stereo } of found) if (stereo) smiles.set(stereo.smiles, (smiles.get(stereo.smiles) ?? 0) + 1);

    const order = shown.conformers.map((_, index) => index);
    const value = (index: number): number =>
      sort.column === 'index' ? index : (found[index][sort.column] ?? Number.POSITIVE_INFINITY);
    order.sort((one, other) => (sort.up ? value(one) - value(other) : value(other) - value(one)) || one - other);

    const header = (text: string, title: string, column?: Column): HTMLElement =>
      h(
        'th',
        {
          scope: 'col',
          title,
          'aria-sort': column && sort.column === column ? (sort.up ? 'ascending' : 'descending') : undefined,
        },
        column
          ? h(
              'button',
              {
                type: 'button',
                id: `sort-${column}`,
                onclick: () => {
                  sort = { column, up: sort.column === column ? !sort.up : true };
                  draw();
                },
              },
              text,
            )
          : text,
      );
    const body = h('tbody');
    for (const index of order) {
      const conformer = shown.conformers[index];
      const { energy, toFirst, toReference, stereo } = found[index];
      const box = h('input', {
        type: 'checkbox',
        id: `tick-${index}`,
        'aria-label': `Draw conformer ${conformer.label} with others`,
        onchange: () => {
          const rest = store.get().shown.filter((other) => other !== index);
          store.set({ shown: box.checked ? [...rest, index].sort((a, b) => a - b) : rest });
        },
      });
      box.checked = state.shown.includes(index);
      const swatch = h('span', { class: 'swatch', 'aria-hidden': 'true' });
      swatch.style.background = conformerColour(index);
      const pick = h(
        'button',
        {
          type: 'button',
          id: `conformer-${index}`,
          'aria-pressed': String(index === state.active),
          'aria-label': `Conformer ${conformer.label}`,
          onclick: () => store.set({ active: index }),
        },
        swatch,
        conformer.label,
      );
      body.append(
        h(
          'tr',
          { class: index === state.active ? 'active' : '' },
          h('td', {}, box),
          h('td', {}, pick),
          h(
            'td',
            {},
            typeof energy === 'number'
              ? (energy - lowest).toFixed(2)
              : energy === null
                ? 'none'
                : shown.entry.bondsGuessed
                  ? '–'
                  : '…',
          ),
          h('td', {}, index === 0 ? '0' : (toFirst?.toFixed(2) ?? '…')),
          withReference && h('td', {}, toReference?.toFixed(2) ?? '…'),
          stereoCell(ownField(conformer.fields, 'STEREO_VERIFIED'), stereo, found[0].stereo, shown.entry.bondsGuessed),
        ),
      );
    }
    wrap.replaceChildren(
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            header('', 'Drawn when conformers are overlaid or side by side'),
            header('Conf.', 'Conformer', 'index'),
            header(
              `ΔE`,
              energies.length > 0
                ? `MMFF94 energy above the lowest (${lowest.toFixed(1)}), kcal/mol`
                : 'MMFF94 energy, kcal/mol',
              'energy',
            ),
            header('RMSD', 'Heavy-atom RMSD to the first conformer, Å', 'toFirst'),
            withReference && header('to ref.', 'Heavy-atom RMSD to the nearest reference conformer, Å', 'toReference'),
            header('Stereo', 'Read from the coordinates by RDKit; ≠ where it differs from the first conformer'),
          ),
        ),
        body,
      ),
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  const plan = onNextFrame(draw);
  store.watch(['entry', 'active', 'shown'], plan);
  session.onChange(plan);
  results.onChange(plan);
  draw();
}

/** ✓ where the stereo is what was asked for, by the file's verdict or its SMILES, ✗ where not; else ≠ where it is not the first's. */
function stereoCell(
  verified: string | undefined,
  stereo: StereoMarks | undefined,
  first: StereoMarks | undefined,
  guessed: boolean,
): HTMLElement {
  if (!stereo) return h('td', {}, guessed ? '–' : '…');
  const marks = [...stereo.centres, ...stereo.bonds].map(({ cip }) => cip).join(' ');
  const other = first !== undefined && stereo.smiles !== first.smiles;
  // molflow's own verdict stands before a SMILES, which in its files is that of the conformer itself.
  const asWanted = verified === undefined ? stereo.asWanted : verified !== 'no' && stereo.asWanted !== false;
  const wrong = asWanted === false || (asWanted === undefined && other);
  const sign = asWanted === undefined ? (other ? '≠ 1' : '') : asWanted ? '✓' : '✗';
  const words =
    asWanted === undefined
      ? other
        ? 'another stereoisomer than conformer 1'
        : 'as conformer 1'
      : asWanted
        ? 'as asked for'
        : 'not as asked for';
  return h(
    'td',
    { class: wrong ? 'bad' : 'good', title: `${words}: ${stereo.smiles}` },
    [sign, clip(marks)].filter((part) => part !== '').join(' ') || '–',
    h('span', { class: 'unseen' }, words),
  );
}

function clip(text: string): string {
  return text.length > 14 ? `${text.slice(0, 13)}…` : text;
}
