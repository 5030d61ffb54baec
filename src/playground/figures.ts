/** Figures of the playground as SVG text: paths on the plane, snapshots in time, quality against steps. */
import type { QualityCurve } from './experiment.js';
import type { Paths } from './transport.js';

/** Half the side of the square of the plane that is shown. */
const REACH = 2.7;
const SIDE = 300;
const COLOURS = ['#2563eb', '#d97706', '#059669', '#9333ea', '#dc2626'] as const;

/** A coordinate of the plane in pixels of the figure; negate y first, since pixels count downwards. */
export const toFigure = (value: number) => (value + REACH) * (SIDE / (2 * REACH));
const px = (value: number) => toFigure(value).toFixed(1);
/** The point of the figure for row i of a state. */
const place = (state: Float32Array, i: number) => [px(state[2 * i]), px(-state[2 * i + 1])] as const;

function svg(width: number, height: number, body: string): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `font-family="system-ui, sans-serif" font-size="12"><rect width="${width}" height="${height}" fill="#fff"/>${body}</svg>\n`
  );
}

/**
 * Paths of the first `count` points: where they start in grey, where they end in blue. With `moving`, a further group
 * of circles, one a path, for a script to move.
 */
export function pathsFigure(
  { states }: Paths,
  {
    title,
    count = 120,
    moving = false,
  }: { readonly title: string; readonly count?: number; readonly moving?: boolean },
): string {
  const last = states.length - 1;
  const indices = Array.from({ length: Math.min(count, states[0].length / 2) }, (_, i) => i);
  const line = (i: number) =>
    // Every fourth state is enough for the eye.
    states.flatMap((state, k) => (k % 4 === 0 || k === last ? [place(state, i).join(',')] : [])).join(' ');
  const dots = (k: number, colour: string, kind = '') =>
    `<g fill="${colour}"${kind}>${indices.map((i) => `<circle cx="${place(states[k], i)[0]}" cy="${place(states[k], i)[1]}" r="2"/>`).join('')}</g>`;
  return svg(
    SIDE,
    SIDE + 22,
    `<g fill="none" stroke="#94a3b8" stroke-opacity=".45">${indices.map((i) => `<polyline points="${line(i)}"/>`).join('')}</g>` +
      dots(0, '#64748b') +
      dots(last, COLOURS[0]) +
      (moving ? dots(0, COLOURS[1], ' class="moving"') : '') +
      `<text x="${SIDE / 2}" y="${SIDE + 14}" text-anchor="middle">${escape(title)}</text>`,
  );
}

/** All points at t = 0, ¼, ½, ¾ and 1, side by side. */
export function snapshotsFigure({ states, times }: Paths): string {
  const scale = 0.5;
  const frames = [0, 0.25, 0.5, 0.75, 1].map((t) => Math.round(t * (states.length - 1)));
  const body = frames.map((k, at) => {
    const state = states[k];
    const dots = Array.from({ length: state.length / 2 }, (_, i) => {
      const [x, y] = place(state, i);
      return `<circle cx="${x}" cy="${y}" r="2.4"/>`;
    }).join('');
    return (
      `<g transform="translate(${at * SIDE * scale} 0)"><g transform="scale(${scale})" fill="${COLOURS[0]}">${dots}</g>` +
      `<text x="${(SIDE * scale) / 2}" y="${SIDE * scale + 12}" text-anchor="middle">t = ${times[k].toFixed(2)}</text></g>`
    );
  });
  return svg(5 * SIDE * scale, SIDE * scale + 20, body.join(''));
}

/** Distance to the data against the number of steps, both on logarithmic axes, with the floor as a dashed line. */
export function qualityFigure({
  curves,
  floor,
}: {
  readonly curves: readonly QualityCurve[];
  readonly floor: number;
}): string {
  const [left, top, width, height] = [52, 12, 360, 240];
  const steps = [...new Set(curves.flatMap(({ points }) => points.map((p) => p.steps)))].sort((a, b) => a - b);
  const values = [floor, ...curves.flatMap(({ points }) => points.map((p) => p.distance))];
  const [low, high] = [Math.log(Math.min(...values) * 0.9), Math.log(Math.max(...values) * 1.1)];
  const [first, last] = [Math.log(steps[0]), Math.log(steps[steps.length - 1])];
  const x = (count: number) => (left + ((Math.log(count) - first) / (last - first)) * width).toFixed(1);
  const y = (distance: number) => (top + ((high - Math.log(distance)) / (high - low)) * height).toFixed(1);
  const ticks = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20].filter((v) => Math.log(v) >= low && Math.log(v) <= high);
  const bottom = top + height;
  const body = [
    `<g stroke="#e2e8f0">${ticks.map((v) => `<path d="M${left} ${y(v)}h${width}"/>`).join('')}</g>`,
    `<path d="M${left} ${y(floor)}h${width}" stroke="#475569" stroke-dasharray="5 4"/>`,
    `<text x="${left + 4}" y="${Number(y(floor)) - 4}" fill="#475569">two samples of the data</text>`,
    `<path d="M${left} ${top}v${height}h${width}" fill="none" stroke="#334155"/>`,
    ...ticks.map((v) => `<text x="${left - 6}" y="${Number(y(v)) + 4}" text-anchor="end">${v}</text>`),
    ...steps.map((n) => `<text x="${x(n)}" y="${bottom + 16}" text-anchor="middle">${n}</text>`),
    `<text x="${left + width / 2}" y="${bottom + 34}" text-anchor="middle">steps of the sampler</text>`,
    `<text transform="translate(14 ${top + height / 2}) rotate(-90)" text-anchor="middle">2-Wasserstein distance</text>`,
    ...curves.map(({ label, points }, c) => {
      const colour = COLOURS[c % COLOURS.length];
      const line = points.map((p) => `${x(p.steps)},${y(p.distance)}`).join(' ');
      const dots = points.map((p) => `<circle cx="${x(p.steps)}" cy="${y(p.distance)}" r="3"/>`).join('');
      return (
        `<polyline points="${line}" fill="none" stroke="${colour}" stroke-width="1.8"/><g fill="${colour}">${dots}</g>` +
        `<text x="${left + width + 10}" y="${top + 14 + 18 * c}" fill="${colour}">${escape(label)}</text>`
      );
    }),
  ];
  return svg(left + width + 150, bottom + 44, body.join(''));
}

export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
