/** Where the atoms are in a drawing of RDKit's. */

export interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * The places of all atoms in `svg`, from a drawing of the same molecule in which all are highlighted by ellipses. Such a
 * drawing is smaller; what both have, the ends of their bonds, tells by how much.
 */
export function placesIn(svg: string, highlighted: string): Place[] {
  const centres = [...highlighted.matchAll(/<ellipse cx='([-\d.]+)' cy='([-\d.]+)'/g)].map(place);
  const [here, there] = [svg, highlighted].map(bondEnds);
  if (here.length === 0 || here.length !== there.length) return centres;
  const [from, to] = [there, here].map(box);
  const scale = Math.max(to.width, to.height) / (Math.max(from.width, from.height) || 1);
  return centres.map(({ x, y }) => ({ x: to.x + scale * (x - from.x), y: to.y + scale * (y - from.y) }));
}

const place = ([, x, y]: RegExpMatchArray | RegExpExecArray): Place => ({ x: Number(x), y: Number(y) });

function bondEnds(svg: string): Place[] {
  return [...svg.matchAll(/<path class='bond-\d+ [^']*' d='M ([-\d.]+),([-\d.]+)/g)].map(place);
}

/** The middle and the extent of points. */
function box(points: readonly Place[]): Place & { readonly width: number; readonly height: number } {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return { x: (left + right) / 2, y: (top + bottom) / 2, width: right - left, height: bottom - top };
}
