/** The panel about all conformers together: energies, sizes, RMSDs and clusters, torsions. */
import { boltzmannWeights } from '../analysis/boltzmann.js';
import type { Ensembles } from '../analysis/ensemble.js';
import { clustersAt } from '../analysis/linkage.js';
import type { Results } from '../analysis/results.js';
import { aboveLowest } from '../data/above-lowest.js';
import { byId, h, onNextFrame, onWidthChange, segmented } from '../dom.js';
import type { Session, Shown } from '../session.js';
import type { Store } from '../store.js';
import { tickedConformers, ticks } from '../view/show.js';
import { createClusters } from './ensemble/clusters.js';
import { createDistributions } from './ensemble/distributions.js';
import { createEnsembleTable } from './ensemble/table.js';
import { createTorsions } from './ensemble/torsions.js';
import type { EnsembleActions, EnsembleView } from './ensemble/view.js';

/** Å. The δ of published tables for drug-like molecules. */
const CUT_OFF = 0.75;

type Part = 'distributions' | 'clusters' | 'torsions' | 'table';

const PARTS: readonly { readonly value: Part; readonly text: string; readonly title: string }[] = [
  { value: 'distributions', text: 'Energy, Rg', title: 'Energies, Boltzmann weights and radii of gyration' },
  { value: 'clusters', text: 'RMSD', title: 'RMSD matrix and clusters' },
  { value: 'torsions', text: 'Torsions', title: 'Torsion angles of the rotatable bonds' },
  { value: 'table', text: 'Table', title: 'All numbers, by conformer' },
];

export function connectEnsemblePanel({
  store,
  session,
  results,
  ensembles,
}: {
  readonly store: Store;
  readonly session: Session;
  readonly results: Results;
  readonly ensembles: Ensembles;
}): { redraw(): void } {
  const panel = byId<HTMLDetailsElement>('ensemble-panel');
  let part: Part = 'distributions';
  let cutOff = CUT_OFF;
  /** Measured once: each time the browser would have to lay the page out first. */
  let width: number | undefined;

  const actions: EnsembleActions = {
    choose: (conformer) => store.set({ active: conformer }),
    tick(conformers) {
      const shown = session.shown(store.get().entry);
      if (shown) store.set({ shown: ticks(conformers, shown) });
    },
  };
  const views = {
    distributions: createDistributions(actions),
    clusters: createClusters({
      ...actions,
      cutOff,
      onCutOff(next) {
        cutOff = next;
        plan();
      },
    }),
    torsions: createTorsions({ ...actions, onMeasure: measure }),
    table: createEnsembleTable(actions),
  };
  const count = h('span', { class: 'note', id: 'ensemble-ticked', 'aria-live': 'polite' });
  const choice = h('div');
  const hint = h(
    'p',
    { class: 'note' },
    'A click chooses a conformer; a drag, or arrows with Shift, ticks all that it passes.',
  );
  segmented(choice, {
    name: 'ensemble',
    label: 'Shown',
    options: PARTS,
    value: part,
    onChange(value) {
      part = value;
      draw();
    },
  });
  panel.append(
    choice,
    ...Object.values(views).map(({ host }) => host),
    hint,
    h(
      'div',
      { class: 'row' },
      count,
      h('button', { type: 'button', id: 'ensemble-tick-all', onclick: () => store.set({ shown: 'all' }) }, 'Tick all'),
    ),
  );

  function measure(atoms: readonly number[]): void {
    const { measurements } = store.get();
    if (!measurements.some((measured) => measured.join() === atoms.join()))
      store.set({ measurements: [...measurements, atoms] });
  }

  function energiesOf(shown: Shown): EnsembleView['energies'] {
    const found = shown.conformers.map((_, index) => results.conformer(shown, index));
    if (found.some(({ energy, stereo }) => energy === undefined || stereo === undefined)) return undefined;
    const { energies: above } = aboveLowest(found);
    const isomers = found.map(({ stereo }) => stereo?.smiles ?? '');
    const weights: (number | undefined)[] = above.map(() => undefined);
    for (const isomer of new Set(isomers)) {
      const own = boltzmannWeights(above.map((energy, index) => (isomers[index] === isomer ? energy : undefined)));
      own.forEach((weight, index) => (weights[index] = weight ?? weights[index]));
    }
    return { above, weights, isomers };
  }

  function draw(): void {
    const state = store.get();
    const shown = session.shown(state.entry);
    panel.hidden =
      !shown || shown.entry.live === true || shown.conformers.length < 2 || shown.entry.structure.dimension !== 3;
    if (!shown || panel.hidden || !panel.open) return;
    const ticked = new Set(tickedConformers(state, shown));
    const matrix = part === 'clusters' || part === 'table' ? ensembles.matrix(shown).value : undefined;
    for (const { value } of PARTS) views[value].host.hidden = value !== part;
    hint.hidden = part === 'table';
    count.textContent = `${ticked.size} of ${shown.conformers.length} ticked`;
    views[part].draw({
      shown,
      labels: shown.conformers.map(({ label }) => label),
      energies: energiesOf(shown),
      chosen: Math.min(state.active, shown.conformers.length - 1),
      ticked,
      ensembles,
      clusters: matrix && clustersAt(matrix.linkage, shown.conformers.length, cutOff),
      width: (width ??= Math.max(160, choice.clientWidth)),
    });
  }

  const plan = onNextFrame(draw);
  store.watch(['entry', 'active', 'shown'], plan);
  session.onChange(plan);
  results.onChange(plan);
  ensembles.onChange(plan);
  panel.addEventListener('toggle', plan);
  onWidthChange(panel, () => {
    width = undefined;
    plan();
  });
  draw();
  return { redraw: plan };
}
