/** A torsion rose: how often each torsion angle occurs, around the circle. Areas are in proportion to numbers. */
import type { Bin } from '../../analysis/bins.js';
import { h, svg } from '../../dom.js';
import { connectMarks, keepingFocus } from './marks.js';

export interface Rose {
  /** The first around 0°. */
  readonly bins: readonly Bin[];
  readonly ticked: ReadonlySet<number>;
  readonly chosen: number;
  /** Angles of the chosen conformer, degrees. */
  readonly at: readonly number[];
  readonly label: (bin: Bin) => string;
}

const MARGIN = 20;

/** 0° is above, and positive angles are clockwise, as a Newman projection shows them. */
function point(angle: number, radius: number): string {
  const radians = (angle * Math.PI) / 180;
  return `${(radius * Math.sin(radians)).toFixed(2)} ${(-radius * Math.cos(radians)).toFixed(2)}`;
}

export function createRose({
  title,
  label,
  onChoose,
  onTick,
}: {
  readonly title: HTMLElement;
  readonly label: string;
  readonly onChoose: (bin: Bin) => void;
  readonly onTick: (bins: readonly Bin[]) => void;
}): { readonly host: HTMLElement; draw(rose: Rose, width: number): void } {
  const circle = h('div', { class: 'chart', role: 'group', 'aria-label': label });
  const host = h('div', { class: 'rose' }, title, circle);
  let drawn: readonly Bin[] = [];
  const marks = connectMarks(circle, {
    binAt: (x, y) => {
      const box = circle.getBoundingClientRect();
      const angle = Math.atan2(x - box.left - box.width / 2, box.top + box.height / 2 - y) / (2 * Math.PI);
      return (Math.round(angle * drawn.length) + drawn.length) % drawn.length;
    },
    between: (one, other) => {
      const n = drawn.length;
      const ahead = (other - one + n) % n;
      // The shorter way round.
      const [from, steps] = 2 * ahead <= n ? [one, ahead] : [other, n - ahead];
      return Array.from({ length: steps + 1 }, (_, i) => (from + i) % n);
    },
    onChoose: (bin) => drawn[bin] && onChoose(drawn[bin]),
    onTick: (bins) => onTick(bins.map((bin) => drawn[bin])),
  });

  function draw({ bins, ticked, chosen, at, label: words }: Rose, width: number): void {
    drawn = bins;
    const rim = width / 2 - MARGIN;
    const most = Math.max(...bins.map(({ members }) => members.length)) || 1;
    const sector = ({ from, to }: Bin, radius: number, kind: string): SVGElement =>
      svg('path', {
        class: kind,
        d: `M 0 0 L ${point(from, radius)} A ${radius} ${radius} 0 0 1 ${point(to, radius)} Z`,
      });
    const radius = (count: number): number => rim * Math.sqrt(count / most);
    const groups = bins.map((bin, index) =>
      svg(
        'g',
        {
          role: 'button',
          'data-bin': index,
          'aria-label': words(bin),
          'aria-pressed': String(bin.members.includes(chosen)),
        },
        svg('title', {}, words(bin)),
        sector(bin, rim, 'hit'),
        sector(bin, radius(bin.members.length), 'rest'),
        sector(bin, radius(bin.members.filter((member) => ticked.has(member)).length), 'bar'),
      ),
    );
    const names = [0, 90, 180, -90].map((angle) => {
      const [x, y] = point(angle, rim + 10).split(' ');
      const text = String(angle).replace('-', '−');
      return svg('text', { x, y: Number(y) + 4, 'text-anchor': 'middle', 'aria-hidden': 'true' }, text);
    });
    keepingFocus(circle, () => {
      circle.replaceChildren(
        svg(
          'svg',
          { width, height: width, viewBox: `${-width / 2} ${-width / 2} ${width} ${width}` },
          svg('circle', { r: rim, class: 'axis' }),
          ...groups.filter((_, index) => bins[index].members.length > 0),
          ...at.map((angle) => svg('path', { class: 'at', d: `M 0 0 L ${point(angle, rim)}` })),
          ...names,
        ),
      );
      marks.refresh();
    });
  }

  return { host, draw };
}
