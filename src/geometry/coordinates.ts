/** Coordinates, row-major [n,3] in Å in one flat array, and their mean. */

/** Coordinates [n,3] as x0,y0,z0,x1,…; float32 where speed matters, float64 for likelihoods and tests. */
export type FloatArray = Float32Array | Float64Array;

/** Writes the mean position of `x` [n,3] into `out` [3]. */
export function centroid(out: FloatArray, x: FloatArray, n: number): void {
  let sx = 0;
  let sy = 0;
  let sz = 0;
  for (let i = 0; i < 3 * n; i += 3) {
    sx += x[i];
    sy += x[i + 1];
    sz += x[i + 2];
  }
  out[0] = sx / n;
  out[1] = sy / n;
  out[2] = sz / n;
}

const mean = new Float64Array(3);

/** Writes `x` [n,3] minus its mean into `out` [n,3], which may be `x` itself. */
export function centre(out: FloatArray, x: FloatArray, n: number): void {
  centroid(mean, x, n);
  const [mx, my, mz] = mean;
  for (let i = 0; i < 3 * n; i += 3) {
    out[i] = x[i] - mx;
    out[i + 1] = x[i + 1] - my;
    out[i + 2] = x[i + 2] - mz;
  }
}
