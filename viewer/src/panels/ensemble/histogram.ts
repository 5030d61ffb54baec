/** A histogram, or several above one axis; ticked conformers are the filled part of its bars. */
import type { Bin } from '../../analysis/bins.js';
import { h, svg } from '../../dom.js';
import { connectMarks, keepingFocus } from './marks.js';

export interface Histogram {
  readonly bins: readonly Bin[];
  /** The name of the axis, with its unit. */
  readonly axis: string;
  readonly rows: readonly {
    /** What is added up, with its unit. */
    readonly title: string;
    readonly of: (conformer: number) => number;
    readonly text: (height: number) => string;
  }[];
  readonly ticked: ReadonlySet<number>;
  /** Value of the chosen conformer. */
  readonly at: number | undefined;
  readonly chosen: number;
  /** A bar in words. */
  readonly label: (bin: Bin) => string;
}

const LEFT = 34;
const RIGHT = 16;
const TITLE = 18;
const ROW = 54;
const GAP = 8;
const AXIS = 34;

export function createHistogram({
  id,
  label,
  onChoose,
  onTick,
}: {
  readonly id: string;
  readonly label: string;
  readonly onChoose: (bin: Bin) => void;
  readonly onTick: (bins: readonly Bin[]) => void;
}): { readonly host: HTMLElement; draw(histogram: Histogram, width: number): void } {
  const host = h('div', { class: 'chart sideways', id, role: 'group', 'aria-label': label });
  let drawn: readonly Bin[] = [];
  let step = 1;
  const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const marks = connectMarks(host, {
    binAt: (x) =>
      Math.max(0, Math.min(drawn.length - 1, Math.floor((x - host.getBoundingClientRect().left - LEFT) / step))),
    between: (one, other) => range(Math.min(one, other), Math.max(one, other)),
    onChoose: (bin) => drawn[bin] && onChoose(drawn[bin]),
    onTick: (bins) => onTick(bins.map((bin) => drawn[bin])),
  });

  function draw({ bins, axis, rows, ticked, at, chosen, label: words }: Histogram, width: number): void {
    drawn = bins;
    step = Math.min(48, (width - LEFT - RIGHT) / bins.length);
    const height = rows.length * (TITLE + ROW) + (rows.length - 1) * GAP + AXIS;
    const bottom = height - AXIS;
    const right = LEFT + step * bins.length;
    const text = (x: number, y: number, content: string, anchor = 'start'): SVGElement =>
      svg('text', { x, y, 'text-anchor': anchor, 'aria-hidden': 'true' }, content);
    const line = (x1: number, y1: number, x2: number, y2: number, kind = 'axis'): SVGElement =>
      svg('line', { x1, y1, x2, y2, class: kind });

    const groups = bins.map((bin, at) =>
      svg(
        'g',
        {
          role: 'button',
          'data-bin': at,
          'aria-label': words(bin),
          'aria-pressed': String(bin.members.includes(chosen)),
        },
        svg('title', {}, words(bin)),
        svg('rect', { class: 'hit', x: LEFT + at * step, y: 0, width: step, height: bottom }),
      ),
    );
    const wide = bins[0].to - bins[0].from;
    const frame: SVGElement[] = [];
    rows.forEach(({ title, of, text: shown }, row) => {
      const top = row * (TITLE + ROW + GAP) + TITLE;
      const base = top + ROW;
      const sums = bins.map(({ members }) => members.reduce((sum, member) => sum + of(member), 0));
      const most = Math.max(...sums) || 1;
      bins.forEach(({ members }, at) => {
        const part = members.filter((member) => ticked.has(member)).reduce((sum, member) => sum + of(member), 0);
        const x = LEFT + at * step + 1;
        const [all, filled] = [sums[at], part].map((sum) => (ROW * sum) / most);
        groups[at].append(
          svg('rect', { class: 'rest', x, y: base - all, width: Math.max(1, step - 2), height: all - filled }),
          svg('rect', { class: 'bar', x, y: base - filled, width: Math.max(1, step - 2), height: filled }),
        );
      });
      frame.push(
        svg('text', { x: 0, y: top - 6, class: 'name', 'aria-hidden': 'true' }, title),
        text(LEFT - 5, top + 9, shown(most), 'end'),
        text(LEFT - 5, base, '0', 'end'),
        line(LEFT, base + 0.5, right, base + 0.5),
      );
      if (at !== undefined) {
        const x = LEFT + ((at - bins[0].from) / wide) * step;
        frame.push(line(x, top - 2, x, base, 'at'));
      }
    });
    // Numbers need some 36 px each, and are multiples of the distance between two.
    const every = [1, 2, 5, 10, 20].find((count) => count * step >= 36) ?? 50;
    const first = Math.round(bins[0].from / wide);
    const decimals = Math.max(0, Math.ceil(-Math.log10(every * wide) - 1e-9));
    for (let edge = 0; edge <= bins.length; edge++) {
      if ((first + edge) % every !== 0) continue;
      const x = LEFT + edge * step;
      const value = ((first + edge) * wide).toFixed(decimals);
      frame.push(line(x, bottom, x, bottom + 4), text(x, bottom + 15, value, 'middle'));
    }
    frame.push(text(width, height - 4, axis, 'end'));
    keepingFocus(host, () => {
      host.replaceChildren(
        svg('svg', { width, height }, ...groups.filter((_, at) => bins[at].members.length > 0), ...frame),
      );
      marks.refresh();
    });
  }

  return { host, draw };
}
