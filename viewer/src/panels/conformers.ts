/** The table of conformers: energy, RMSD, stereo check. Its rows choose the conformer shown and those drawn together. */
import { byId, h, onNextFrame, setText } from '../dom.js';
import type { StereoMarks } from '../analysis/protocol.js';
import type { Results } from '../analysis/results.js';
import { aboveLowest } from '../data/above-lowest.js';
import { ownField } from '../data/fields.js';
import { CONFORMER_ENDINGS } from '../data/kind.js';
import type { Entry } from '../data/trajectory.js';
import type { Session, Shown } from '../session.js';
import type { Store } from '../store.js';
import { conformerColour } from '../view/palette.js';
import { tickedConformers, ticks } from '../view/show.js';

type Column = 'index' | 'energy' | 'toFirst' | 'toReference';

export function connectConformersPanel({
  store,
  session,
  results,
  onReference,
  onClearReference,
  onSuperpose,
}: {
  readonly store: Store;
  readonly session: Session;
  readonly results: Results;
  readonly onReference: (files: readonly File[]) => void;
  readonly onClearReference: () => void;
  /** Superposes by the atoms that the text names. */
  readonly onSuperpose: (text: string) => Promise<void>;
}): void {
  const panel = byId('conformers-panel');
  const wrap = h('div', { class: 'table-wrap', tabindex: '0', role: 'region', 'aria-label': 'Table of conformers' });
  const input = h('input', {
    type: 'file',
    class: 'unseen',
    tabindex: '-1',
    'aria-hidden': 'true',
    accept: CONFORMER_ENDINGS,
    onchange: () => {
      onReference([...(input.files ?? [])]);
      input.value = '';
    },
  });
  const reference = h('div', { class: 'row', id: 'reference-row' });
  const by = h('input', {
    type: 'text',
    id: 'superpose-by',
    placeholder: 'all heavy atoms; a SMARTS, or 1 2 5',
    spellcheck: 'false',
  });
  const superpose = h(
    'form',
    {
      class: 'row',
      id: 'superpose',
      onsubmit: (event: Event) => {
        event.preventDefault();
        void onSuperpose(by.value.trim());
      },
    },
    h('label', { for: 'superpose-by', class: 'unseen' }, 'Atoms to superpose by'),
    by,
    h(
      'button',
      {
        type: 'button',
        id: 'superpose-marked',
        title: 'The atoms that were marked by clicking on them',
        onclick: () => {
          by.value = store
            .get()
            .marked.map((atom) => atom + 1)
            .join(' ');
          void onSuperpose(by.value);
        },
      },
      'Marked',
    ),
    h('button', { title: 'Lay the conformers, and the reference, onto each other by these atoms' }, 'Superpose'),
  );
  panel.append(
    h('div', { id: 'arrangement' }),
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
    reference,
    superpose,
  );
  let sort: { column: Column; up: boolean } = { column: 'index', up: true };

  function choose(all: boolean): void {
    store.set({ shown: all ? 'all' : [store.get().active] });
  }

  function showReference(shown: Shown | undefined): void {
    const given = results.reference();
    reference.hidden = given === undefined;
    reference.replaceChildren();
    if (!given) return;
    const box = h('input', {
      type: 'checkbox',
      id: 'reference-drawn',
      onchange: () => store.set({ reference: box.checked }),
    });
    box.checked = store.get().reference;
    const compared = shown && results.hasReference(shown);
    const nearest = (): void => {
      if (!shown) return;
      const far = shown.conformers.map((_, index) => results.conformer(shown, index).toReference ?? Infinity);
      store.set({ active: far.indexOf(Math.min(...far)) });
    };
    reference.append(
      h(
        'label',
        { title: 'Draw the reference’s nearest conformer, laid onto the chosen one' },
        box,
        `Reference: ${given.source}${compared ? '' : ' (not of this molecule)'}`,
      ),
      ...(compared
        ? [
            h(
              'button',
              {
                type: 'button',
                id: 'reference-nearest',
                title: 'Choose the conformer nearest to it',
                onclick: nearest,
              },
              'Nearest',
            ),
          ]
        : []),
      h(
        'button',
        {
          type: 'button',
          id: 'reference-remove',
          class: 'icon',
          'aria-label': 'Remove the reference',
          onclick: onClearReference,
        },
        '×',
      ),
    );
  }

  /** The rows of the table as they stand, by conformer; they are kept while the table is of the same entry and columns. */
  let table: { readonly of: string; readonly entry: Entry; readonly rows: readonly Row[] } | undefined;

  function draw(): void {
    const state = store.get();
    const shown = session.shown(state.entry);
    showReference(shown);
    superpose.hidden =
      !shown || shown.entry.live === true || (shown.conformers.length < 2 && !results.hasReference(shown));
    if (!shown || shown.entry.live) {
      store.set({ order: [] });
      table = undefined;
      wrap.replaceChildren(h('p', { class: 'note' }, shown ? 'Being made …' : 'None yet.'));
      return;
    }
    const found = shown.conformers.map((_, index) => results.conformer(shown, index));
    const { energies: above, isomers } = aboveLowest(found);
    const isomerOf = (index: number): string | undefined => shown.conformers[index].fields.get('MOLFLOW_STEREOISOMER');
    const columns = {
      reference: results.hasReference(shown),
      isomer: shown.conformers.some((_, index) => isomerOf(index) !== undefined),
      ofSeveral: isomers > 1,
    };

    const order = shown.conformers.map((_, index) => index);
    const value = (index: number): number =>
      sort.column === 'index'
        ? index
        : ((sort.column === 'energy' ? above[index] : found[index][sort.column]) ?? Number.POSITIVE_INFINITY);
    order.sort((one, other) => (sort.up ? value(one) - value(other) : value(other) - value(one)) || one - other);
    const before = state.order;
    const moved = order.length !== before.length || order.some((index, place) => index !== before[place]);
    if (moved) store.set({ order });

    const focused = wrap.contains(document.activeElement) ? document.activeElement?.id : undefined;
    const of = JSON.stringify([columns, sort]);
    const isNew = table?.of !== of || table.entry !== shown.entry;
    if (!table || isNew) table = make(shown, { of, columns, isomerOf });
    const { rows } = table;
    const ticked = new Set(tickedConformers(state, shown));
    rows.forEach((row, index) => {
      const { energy, toFirst, toReference, stereo } = found[index];
      showRow(row, { active: index === state.active, ticked: ticked.has(index) });
      setText(row.energy, above[index]?.toFixed(2) ?? (energy === null ? '–' : '…'));
      setText(row.toFirst, toFirst === null ? '–' : index === 0 ? '0' : (toFirst?.toFixed(2) ?? '…'));
      if (row.toReference) setText(row.toReference, toReference?.toFixed(2) ?? '…');
      showStereo(row.stereo, ownField(shown.conformers[index].fields, 'STEREO_VERIFIED'), stereo, found[0].stereo);
    });
    if (isNew || moved) wrap.querySelector('tbody')?.replaceChildren(...order.map((index) => rows[index].row));
    if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
  }

  /** A new table with all rows and columns, whose numbers are filled in by `draw`. */
  function make(
    shown: Shown,
    {
      of,
      columns,
      isomerOf,
    }: {
      readonly of: string;
      readonly columns: { readonly reference: boolean; readonly isomer: boolean; readonly ofSeveral: boolean };
      readonly isomerOf: (conformer: number) => string | undefined;
    },
  ): NonNullable<typeof table> {
    const header = (text: string | HTMLElement, title: string, column?: Column): HTMLElement =>
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
              sort.column === column && h('span', { class: 'arrow', 'aria-hidden': 'true' }, sort.up ? ' ▲' : ' ▼'),
            )
          : text,
      );
    const rows = shown.conformers.map(({ label }, index): Row => {
      const box = h('input', {
        type: 'checkbox',
        id: `tick-${index}`,
        'aria-label': `Draw conformer ${label} with others`,
        onchange: () => {
          const rest = tickedConformers(store.get(), shown).filter((other) => other !== index);
          store.set({ shown: ticks(box.checked ? [...rest, index] : rest, shown) });
        },
      });
      const swatch = h('span', { class: 'swatch', 'aria-hidden': 'true' });
      swatch.style.background = conformerColour(index);
      const pick = h(
        'button',
        {
          type: 'button',
          id: `conformer-${index}`,
          'aria-label': `Conformer ${label}`,
          onclick: () => store.set({ active: index }),
        },
        swatch,
        label,
      );
      const [energy, toFirst, stereo] = [h('td'), h('td'), h('td')];
      const toReference = columns.reference ? h('td') : undefined;
      const row = h(
        'tr',
        {},
        h('td', {}, box),
        h('th', { scope: 'row' }, pick),
        columns.isomer && h('td', {}, isomerOf(index) ?? '–'),
        energy,
        toFirst,
        toReference,
        stereo,
      );
      return { row, box, pick, energy, toFirst, toReference, stereo };
    });
    wrap.replaceChildren(
      h(
        'table',
        {},
        h(
          'caption',
          {},
          h('span', { class: 'unseen' }, `Conformers of ${shown.entry.structure.name || shown.entry.source}`),
        ),
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            header(h('span', { class: 'unseen' }, 'Drawn'), 'Drawn when conformers are overlaid or side by side'),
            header('Conf.', 'Conformer', 'index'),
            columns.isomer && header('Isomer', 'Number of the stereoisomer'),
            header(
              'ΔE, kcal/mol',
              columns.ofSeveral
                ? 'MMFF94 energy above the lowest of the same stereoisomer, kcal/mol'
                : 'MMFF94 energy above the lowest, kcal/mol',
              'energy',
            ),
            header('RMSD, Å', 'Heavy-atom RMSD to the first conformer, Å', 'toFirst'),
            columns.reference &&
              header('to ref., Å', 'Heavy-atom RMSD to the nearest reference conformer, Å', 'toReference'),
            header('Stereo', 'Read from the coordinates by RDKit; ≠ where it differs from the first conformer'),
          ),
        ),
        h('tbody'),
      ),
    );
    return { of, entry: shown.entry, rows };
  }

  const plan = onNextFrame(draw);
  store.watch(['entry', 'active', 'shown', 'reference'], plan);
  session.onChange(plan);
  results.onChange(plan);
  draw();
}

interface Row {
  readonly row: HTMLElement;
  readonly box: HTMLInputElement;
  readonly pick: HTMLElement;
  readonly energy: HTMLElement;
  readonly toFirst: HTMLElement;
  readonly toReference: HTMLElement | undefined;
  readonly stereo: HTMLElement;
}

function showRow({ row, box, pick }: Row, { active, ticked }: { active: boolean; ticked: boolean }): void {
  box.checked = ticked;
  if (pick.getAttribute('aria-pressed') === String(active)) return;
  pick.setAttribute('aria-pressed', String(active));
  row.classList.toggle('active', active);
  if (active) row.setAttribute('aria-current', 'true');
  else row.removeAttribute('aria-current');
}

/** ✓ or ✗: the stereo is or is not what the file's verdict or SMILES asks for. Without those ≠ where it differs from the first conformer's. */
function showStereo(
  cell: HTMLElement,
  verified: string | undefined,
  stereo: StereoMarks | null | undefined,
  first: StereoMarks | null | undefined,
): void {
  if (!stereo) return setText(cell, stereo === null ? '–' : '…');
  const marks = [...stereo.centres, ...stereo.bonds].map(({ cip }) => cip).join(' ');
  const other = !!first && stereo.smiles !== first.smiles;
  // molflow's verdict comes before the SMILES, which in its files describes the conformer itself.
  const asWanted = verified === undefined ? stereo.asWanted : verified !== 'no' && stereo.asWanted !== false;
  const wrong = asWanted === false || (asWanted === undefined && other);
  // An open centre may have either hand: both are right, but they are different molecules.
  const sign = [asWanted === undefined ? '' : asWanted ? '✓' : '✗', other ? '≠ 1' : '']
    .filter((part) => part !== '')
    .join(' ');
  const words = [
    asWanted === undefined ? '' : asWanted ? 'as asked for' : 'not as asked for',
    other ? 'another stereoisomer than conformer 1' : asWanted === undefined ? 'as conformer 1' : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
  const text = [sign, clip(marks)].filter((part) => part !== '').join(' ') || '–';
  const title = `${words}: ${stereo.smiles}`;
  if (cell.title === title && cell.textContent === text + words) return;
  cell.className = wrong ? 'bad' : 'good';
  cell.title = title;
  cell.replaceChildren(text, h('span', { class: 'unseen' }, words));
}

function clip(text: string): string {
  return text.length > 14 ? `${text.slice(0, 13)}…` : text;
}
