/** The RMSD matrix as a picture: one row and one column a conformer, clusters along the diagonal. */
import { h } from '../../dom.js';

export interface Matrix {
  /** [n,n], Å. */
  readonly distances: Float32Array;
  /** Rows and columns are their members, one cluster after another. */
  readonly clusters: readonly (readonly number[])[];
  readonly labels: readonly string[];
  readonly chosen: number;
}

export function createMatrix({
  onChoose,
  onPair,
}: {
  readonly onChoose: (conformer: number) => void;
  readonly onPair: (one: number, other: number) => void;
}): { readonly host: HTMLElement; draw(matrix: Matrix, width: number): void } {
  const canvas = h('canvas', {
    id: 'rmsd-matrix',
    tabindex: '0',
    role: 'application',
    'aria-describedby': 'rmsd-matrix-cell',
  });
  const cell = h('p', { class: 'note', id: 'rmsd-matrix-cell', 'aria-live': 'polite' });
  const greatest = h('span');
  const host = h(
    'div',
    { class: 'matrix' },
    canvas,
    h('div', { class: 'scale' }, h('span', {}, 'RMSD, Å: 0'), h('span', { class: 'ramp' }), greatest),
    cell,
  );
  let drawn: Matrix | undefined;
  /** Conformers as rows and columns show them. */
  let order: readonly number[] = [];
  /** The image, one pixel a cell. */
  const image = document.createElement('canvas');
  let size = 0;
  let cursor: { row: number; column: number } | undefined;

  function draw(matrix: Matrix, width: number): void {
    order = matrix.clusters.flat();
    const n = order.length;
    if (cursor && Math.max(cursor.row, cursor.column) >= n) cursor = undefined;
    drawn = matrix;
    size = width;
    canvas.setAttribute(
      'aria-label',
      `RMSD matrix of ${n} conformers, Å, in the order of the clusters. Arrows go from cell to cell, Enter chooses the conformer of the row, Shift with Enter ticks the two. The table has the RMSD to the chosen conformer in words.`,
    );
    const most = matrix.distances.reduce((a, b) => Math.max(a, b), 0) || 1;
    greatest.textContent = most.toFixed(2);
    const [near, far] = [rgb('--accent'), rgb('--panel')];
    [image.width, image.height] = [n, n];
    const context = image.getContext('2d');
    if (!context) return;
    const pixels = context.createImageData(n, n);
    order.forEach((row, y) =>
      order.forEach((column, x) => {
        const share = matrix.distances[row * n + column] / most;
        for (let k = 0; k < 3; k++) pixels.data[4 * (y * n + x) + k] = near[k] + share * (far[k] - near[k]);
        pixels.data[4 * (y * n + x) + 3] = 255;
      }),
    );
    context.putImageData(pixels, 0, 0);
    paint();
  }

  function paint(): void {
    const context = canvas.getContext('2d');
    if (!drawn || !context) return;
    const { clusters, chosen, distances, labels } = drawn;
    const n = order.length;
    const scale = devicePixelRatio;
    [canvas.width, canvas.height] = [size * scale, size * scale];
    [canvas.style.width, canvas.style.height] = [`${size}px`, `${size}px`];
    context.scale(scale, scale);
    context.imageSmoothingEnabled = false;
    context.drawImage(image, 0, 0, size, size);
    const one = size / n;
    const styles = getComputedStyle(document.documentElement);
    context.strokeStyle = styles.getPropertyValue('--ink');
    let at = 0;
    for (const { length } of clusters) {
      // Of a cluster of one there would be nothing but the outline.
      if (length > 1) context.strokeRect(at * one + 0.5, at * one + 0.5, length * one - 1, length * one - 1);
      at += length;
    }
    const place = order.indexOf(chosen);
    if (place >= 0) {
      context.strokeStyle = styles.getPropertyValue('--problem');
      context.strokeRect(0.5, place * one + 0.5, size - 1, Math.max(1, one - 1));
    }
    if (cursor) {
      context.lineWidth = 2;
      context.strokeStyle = styles.getPropertyValue('--ink');
      const side = Math.max(6, one);
      context.strokeRect((cursor.column + 0.5) * one - side / 2, (cursor.row + 0.5) * one - side / 2, side, side);
    }
    const [row, column] = cursor ? [order[cursor.row], order[cursor.column]] : [];
    cell.textContent =
      row === undefined || column === undefined
        ? 'Squares are clusters, the first above; the red row is the chosen conformer.'
        : row === column
          ? `Conf. ${labels[row]}`
          : `Conf. ${labels[row]} and ${labels[column]}: ${distances[row * n + column].toFixed(2)} Å`;
  }

  function move(row: number, column: number): void {
    const last = order.length - 1;
    cursor = { row: Math.max(0, Math.min(last, row)), column: Math.max(0, Math.min(last, column)) };
    paint();
  }

  function use(both: boolean): void {
    if (!cursor) return;
    const [row, column] = [order[cursor.row], order[cursor.column]];
    if (both) onPair(row, column);
    else onChoose(row);
  }

  function point({ clientX, clientY }: MouseEvent): void {
    const box = canvas.getBoundingClientRect();
    const n = order.length;
    move(Math.floor(((clientY - box.top) / box.height) * n), Math.floor(((clientX - box.left) / box.width) * n));
  }

  canvas.addEventListener('focus', () => {
    if (!drawn || cursor || !canvas.matches(':focus-visible')) return;
    const place = Math.max(0, order.indexOf(drawn.chosen));
    move(place, place);
  });
  canvas.addEventListener('pointermove', point);
  canvas.addEventListener('click', (event) => {
    if (event.detail > 0) point(event);
    use(event.shiftKey);
  });
  canvas.addEventListener('pointerleave', () => {
    if (document.activeElement === canvas) return;
    cursor = undefined;
    paint();
  });
  canvas.addEventListener('keydown', (event) => {
    const { row, column } = cursor ?? { row: 0, column: 0 };
    switch (event.key) {
      case 'ArrowUp':
        move(row - 1, column);
        break;
      case 'ArrowDown':
        move(row + 1, column);
        break;
      case 'ArrowLeft':
        move(row, column - 1);
        break;
      case 'ArrowRight':
        move(row, column + 1);
        break;
      case 'Enter':
      case ' ':
        use(event.shiftKey);
        break;
      default:
        return;
    }
    event.preventDefault();
  });
  return { host, draw };
}

/** Red, green and blue of a colour of the style sheet, which are written as #rrggbb. */
function rgb(name: string): readonly number[] {
  const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}
