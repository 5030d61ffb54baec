/** Plots along flow time, tied to the slider: RMSD, MMFF94 energy and |v| of the chosen conformer. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Results, Series } from '../analysis/results.js';
import type { Timeline } from '../data/timeline.js';
import { isTrajectory } from '../data/trajectory.js';
import { byId, h, onNextFrame, onWidthChange } from '../dom.js';
import type { Player } from '../player.js';
import type { Session } from '../session.js';
import type { Store } from '../store.js';

interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly dash?: number[];
}

interface Chart {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly note?: string;
  /** Whether the axis is linear near zero and logarithmic beyond. */
  readonly asinh?: boolean;
  readonly lines: (series: Series) => readonly Line[];
}

const CHARTS: readonly Chart[] = [
  {
    id: 'rmsd',
    title: 'RMSD',
    unit: 'Å',
    lines: ({ toFinal, toReference }) => [
      { name: 'to the final frame', values: toFinal },
      ...(toReference ? [{ name: 'to the reference', values: toReference, dash: [5, 4] }] : []),
    ],
  },
  {
    id: 'energy',
    title: 'MMFF94 energy',
    note: 'above the end',
    unit: 'kcal/mol',
    asinh: true,
    lines: ({ energy }) => {
      const last = energy?.[energy.length - 1];
      return energy && typeof last === 'number'
        ? [{ name: 'energy', values: energy.map((value) => (value === null ? null : value - last)) }]
        : [];
    },
  },
  {
    id: 'speed',
    title: '|v|, root mean square',
    unit: 'Å per t',
    lines: ({ speed }) => [{ name: '|v|', values: speed }],
  },
];

export function connectPlots({
  store,
  session,
  results,
  player,
}: {
  readonly store: Store;
  readonly session: Session;
  readonly results: Results;
  readonly player: Player;
}): { redraw(): void } {
  const panel = byId('plots-panel');
  const note = h('p', { class: 'note' });
  const hosts = CHARTS.map((chart) => {
    const now = h('span', { class: 'now' });
    const legend = h('span', { class: 'legend' });
    const canvas = h('div');
    const host = h(
      'div',
      { class: 'plot', id: `plot-${chart.id}`, role: 'img' },
      h('h3', {}, chart.title, legend, now),
      canvas,
    );
    return { chart, host, canvas, now, legend };
  });
  panel.append(note, ...hosts.map(({ host }) => host));

  let drawn: {
    plot: uPlot;
    line: HTMLElement;
    lines: readonly Line[];
    positions: readonly number[];
    now: HTMLElement;
    unit: string;
  }[] = [];

  /** What the plots are of; they are made anew where it is other. */
  let of: readonly unknown[] = [];

  function redraw(): void {
    const state = store.get();
    const shown = session.shown(state.entry);
    const moving = shown !== undefined && isTrajectory(shown.entry);
    const index = Math.min(state.active, (shown?.conformers.length ?? 1) - 1);
    const series = shown && moving ? results.series(shown, index) : undefined;
    const computing = shown !== undefined && results.computing(shown, index);
    const now = [shown?.entry, series, computing, document.documentElement.dataset['theme']];
    if (now.every((part, k) => part === of[k]) && of.length > 0) return;
    of = now;
    for (const { plot } of drawn) plot.destroy();
    drawn = [];
    note.hidden = moving;
    note.textContent = shown ? 'One frame a conformer: nothing moves.' : 'None yet.';
    for (const { host } of hosts) host.hidden = !moving;
    if (!shown || !series || series.positions.length < 2) return;
    const styles = getComputedStyle(document.documentElement);
    const ink = styles.getPropertyValue('--soft').trim();
    const grid = styles.getPropertyValue('--line').trim();
    const accent = styles.getPropertyValue('--accent').trim();
    for (const { chart, canvas, now, legend, host } of hosts) {
      const lines = chart.lines(series);
      const any = lines.some(({ values }) => values.some((value) => value !== null));
      // Energies come later; their place is kept so that the layout does not jump.
      const waiting = !any && chart.id === 'energy' && computing;
      host.hidden = !any && !waiting;
      canvas.classList.toggle('waiting', waiting);
      legend.textContent = waiting ? 'computing …' : '';
      now.textContent = '';
      if (!any) continue;
      legend.textContent =
        chart.note ??
        (lines.length > 1 ? 'to the last frame; dashed: reference' : chart.id === 'rmsd' ? 'to the last frame' : '');
      const axis: uPlot.Axis = {
        stroke: ink,
        grid: { stroke: grid, width: 1 },
        ticks: { stroke: grid, width: 1, size: 4 },
        font: '11px system-ui, sans-serif',
      };
      const plot = new uPlot(
        {
          width: Math.max(120, panel.clientWidth - 26),
          height: 116,
          cursor: { drag: { x: false, y: false }, points: { show: false } },
          legend: { show: false },
          scales: {
            x: { time: false, range: [0, shown.timeline.length] },
            y: chart.asinh ? { distr: 4, asinh: 1 } : { range: (_plot, _min, max) => [0, Math.max(max * 1.05, 0.01)] },
          },
          axes: [
            { ...axis, size: 24, gap: 2, ...timeTicks(shown.timeline) },
            {
              ...axis,
              size: 44,
              gap: 2,
              space: 24,
              ...(chart.asinh && {
                splits: (_plot: uPlot, _axis: number, min: number, max: number) => decades(min, max),
                filter: (_plot: uPlot, splits: number[]) => splits,
              }),
              values: (_plot: uPlot, ticks: number[]) => ticks.map((tick) => String(Number(tick.toPrecision(6)))),
            },
          ],
          // The time line needs the axes, which exist from the first drawing on.
          hooks: { draw: [showTime] },
          series: [
            {},
            ...lines.map(({ name, dash }, index) => ({
              label: name,
              stroke: index === 0 ? accent : ink,
              width: 2,
              spanGaps: false,
              points: { show: false },
              ...(dash && { dash }),
            })),
          ],
        },
        withGaps(shown.timeline, series.positions, lines),
        canvas,
      );
      const line = h('div', { class: 'now-line' });
      plot.over.append(line);
      let dragging = false;
      const seek = (event: PointerEvent): void => {
        const box = plot.over.getBoundingClientRect();
        store.set({ playing: false });
        player.seek(plot.posToVal(event.clientX - box.left, 'x'));
      };
      plot.over.addEventListener('pointerdown', (event) => {
        dragging = true;
        plot.over.setPointerCapture(event.pointerId);
        seek(event);
      });
      plot.over.addEventListener('pointermove', (event) => dragging && seek(event));
      plot.over.addEventListener('pointerup', () => (dragging = false));
      const finite = lines[0].values.filter((value) => value !== null);
      host.setAttribute(
        'aria-label',
        `${chart.title}, ${chart.unit}, against flow time: from ${short(finite[0] ?? 0)} to ${short(finite[finite.length - 1] ?? 0)}`,
      );
      drawn.push({ plot, line, lines, positions: series.positions, now, unit: chart.unit });
    }
    showTime();
  }

  function showTime(): void {
    const { position } = store.get();
    for (const { plot, line, lines, positions, now, unit } of drawn) {
      line.style.left = `${plot.valToPos(position, 'x')}px`;
      const frame = Math.max(
        0,
        positions.findLastIndex((at) => at <= position + 1e-6),
      );
      const value = lines[0].values[frame];
      now.textContent = value === null || value === undefined ? unit : `${short(value)} ${unit}`;
    }
  }

  const plan = onNextFrame(redraw);
  store.watch(['entry', 'active'], plan);
  store.watch(['position'], showTime);
  session.onChange(plan);
  results.onChange(plan);
  onWidthChange(panel, () => {
    of = [];
    plan();
  });
  redraw();
  return { redraw: plan };
}

/** The data with a point without value in each gap between two stages, so that no line crosses it. */
function withGaps({ stages }: Timeline, positions: readonly number[], lines: readonly Line[]): uPlot.AlignedData {
  const gaps = stages.slice(1).map(({ start }) => start - 0.01);
  const order = [...positions.map((at, index) => ({ at, index })), ...gaps.map((at) => ({ at, index: -1 }))].sort(
    (a, b) => a.at - b.at,
  );
  return [
    order.map(({ at }) => at),
    ...lines.map(({ values }) => order.map(({ index }) => (index < 0 ? null : (values[index] ?? null)))),
  ] as uPlot.AlignedData;
}

/** 0 and powers of ten (every one, or every second or third where there are many) between two values. */
function decades(min: number, max: number): number[] {
  const top = Math.ceil(Math.log10(Math.max(10, max)));
  const step = Math.ceil(top / 4);
  const ticks = [0];
  for (let power = step; power <= top; power += step) ticks.push(10 ** power);
  if (min < -1) ticks.unshift(-(10 ** Math.floor(Math.log10(-min))));
  return ticks.filter((tick) => tick >= min && tick <= max);
}

/** Ticks at flow times 0, ½ and 1 of each stage. */
function timeTicks({ stages, length }: Timeline): Pick<uPlot.Axis, 'splits' | 'values'> {
  const ticks = stages
    .flatMap(({ start }, index) => [
      ...(index === 0 ? [{ at: start, text: '0' }] : []),
      { at: start + 0.5, text: '0.5' },
      { at: start + 1, text: '1' },
    ])
    .filter(({ at }) => at <= length + 1e-6);
  return { splits: () => ticks.map(({ at }) => at), values: () => ticks.map(({ text }) => text) };
}

function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e5) return value.toExponential(0).replace('e+', 'e');
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : size < 0.005 ? '0' : value.toFixed(2);
}
