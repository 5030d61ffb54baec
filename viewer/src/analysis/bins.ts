/** Histograms: on a line, and around the circle. */

export interface Bin {
  /** Values from here … */
  readonly from: number;
  /** … up to here, which is the next bin's. */
  readonly to: number;
  /** Indices of what has a value in it. */
  readonly members: readonly number[];
}

/** Values nearer to each other than this, relative to their size, are one: borders between them could not be told. */
const RESOLUTION = 1e-6;

/** Bins of one width (1, 2 or 5 times a power of ten), some `most` of them at most, side by side over all values. */
export function linearBins(values: readonly (number | undefined)[], { most = 16 }: { most?: number } = {}): Bin[] {
  const given = values.filter((value) => value !== undefined);
  if (given.length === 0) return [];
  const [least, greatest] = [Math.min(...given), Math.max(...given)];
  const span = greatest - least;
  const isWide = span > RESOLUTION * Math.max(1, Math.abs(least), Math.abs(greatest));
  const width = niceWidth(isWide ? span / most : 0.01);
  // Values on a border, such as 0.3 = 3·0.1, are not exact.
  const place = (value: number): number => Math.floor(value / width + 1e-9);
  const first = place(least);
  return Array.from({ length: place(greatest) - first + 1 }, (_, at) => ({
    from: rounded((first + at) * width),
    to: rounded((first + at + 1) * width),
    members: values.flatMap((value, index) => (value !== undefined && place(value) === first + at ? [index] : [])),
  }));
}

function niceWidth(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((step) => step * power >= least * (1 - 1e-9)) ?? 10) * power;
}

function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

/**
 * `count` sectors of the circle, the first around 0°, so that staggered and planar torsions lie within one. Something with
 * several angles (in degrees) is a member of each of their sectors.
 */
export function circularBins(angles: readonly (readonly number[])[], { count = 24 }: { count?: number } = {}): Bin[] {
  const width = 360 / count;
  const place = (angle: number): number => ((Math.floor(angle / width + 0.5) % count) + count) % count;
  return Array.from({ length: count }, (_, at) => ({
    from: (at - 0.5) * width,
    to: (at + 0.5) * width,
    members: angles.flatMap((own, index) => (own.some((angle) => place(angle) === at) ? [index] : [])),
  }));
}
