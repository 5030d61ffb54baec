/** Eigenvalues and eigenvectors of a small symmetric matrix by cyclic Jacobi rotations. */

const MAX_SWEEPS = 60;

/**
 * Diagonalises the symmetric `matrix` [n,n] (row-major) in place. Afterwards its diagonal holds the eigenvalues,
 * unordered, and column k of `vectors` [n,n] is the unit eigenvector of the k-th. Exact for repeated eigenvalues:
 * the vectors are orthonormal whatever the spectrum.
 *
 * Golub & Van Loan, Matrix Computations, §8.5 (cyclic Jacobi).
 */
export function symmetricEigen(matrix: Float64Array, vectors: Float64Array, n: number): void {
  vectors.fill(0);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  let square = 0;
  for (let i = 0; i < n * n; i++) square += matrix[i] * matrix[i];
  const negligible = 1e-17 * Math.sqrt(square);
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        const apq = matrix[p * n + q];
        const app = matrix[p * n + p];
        const aqq = matrix[q * n + q];
        if (Math.abs(apq) <= negligible) continue;
        rotated = true;
        const theta = (aqq - app) / (2 * apq);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        matrix[p * n + p] = app - t * apq;
        matrix[q * n + q] = aqq + t * apq;
        matrix[p * n + q] = 0;
        matrix[q * n + p] = 0;
        for (let k = 0; k < n; k++) {
          if (k !== p && k !== q) {
            const akp = matrix[k * n + p];
            const akq = matrix[k * n + q];
            const newP = c * akp - s * akq;
            const newQ = s * akp + c * akq;
            matrix[k * n + p] = newP;
            matrix[p * n + k] = newP;
            matrix[k * n + q] = newQ;
            matrix[q * n + k] = newQ;
          }
          const vkp = vectors[k * n + p];
          const vkq = vectors[k * n + q];
          vectors[k * n + p] = c * vkp - s * vkq;
          vectors[k * n + q] = s * vkp + c * vkq;
        }
      }
    }
    if (!rotated) return;
  }
}

/** The symmetric `matrix` [n,n] with f applied to its eigenvalues (square root, inverse, …), as a new matrix. */
export function symmetricFunction(matrix: Float64Array, n: number, f: (eigenvalue: number) => number): Float64Array {
  const diagonal = matrix.slice();
  const vectors = new Float64Array(n * n);
  symmetricEigen(diagonal, vectors, n);
  const out = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    const value = f(diagonal[k * n + k]);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) out[i * n + j] += value * vectors[i * n + k] * vectors[j * n + k];
    }
  }
  return out;
}
