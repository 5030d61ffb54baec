/** Distances, angles, dihedrals and signed volumes of atoms given by their rows. */
import type { FloatArray } from './coordinates.js';

/** Distance in Å between rows i and j of `x` [n,3]. */
export function distance(x: FloatArray, i: number, j: number): number {
  const dx = x[3 * i] - x[3 * j];
  const dy = x[3 * i + 1] - x[3 * j + 1];
  const dz = x[3 * i + 2] - x[3 * j + 2];
  return Math.sqrt(dx * dx + dy * dy + dz * dz);
}

/** Angle i–j–k at j in radians, in [0, π]. */
export function angle(x: FloatArray, i: number, j: number, k: number): number {
  const ux = x[3 * i] - x[3 * j];
  const uy = x[3 * i + 1] - x[3 * j + 1];
  const uz = x[3 * i + 2] - x[3 * j + 2];
  const vx = x[3 * k] - x[3 * j];
  const vy = x[3 * k + 1] - x[3 * j + 1];
  const vz = x[3 * k + 2] - x[3 * j + 2];
  const cx = uy * vz - uz * vy;
  const cy = uz * vx - ux * vz;
  const cz = ux * vy - uy * vx;
  return Math.atan2(Math.sqrt(cx * cx + cy * cy + cz * cz), ux * vx + uy * vy + uz * vz);
}

/**
 * Dihedral i–j–k–l in radians, in (−π, π]; 0 is cis, and positive is clockwise seen along j → k (IUPAC).
 * Undefined directions (three atoms on a line) give 0.
 */
export function dihedral(x: FloatArray, i: number, j: number, k: number, l: number): number {
  const ax = x[3 * j] - x[3 * i];
  const ay = x[3 * j + 1] - x[3 * i + 1];
  const az = x[3 * j + 2] - x[3 * i + 2];
  const bx = x[3 * k] - x[3 * j];
  const by = x[3 * k + 1] - x[3 * j + 1];
  const bz = x[3 * k + 2] - x[3 * j + 2];
  const cx = x[3 * l] - x[3 * k];
  const cy = x[3 * l + 1] - x[3 * k + 1];
  const cz = x[3 * l + 2] - x[3 * k + 2];
  const mx = ay * bz - az * by;
  const my = az * bx - ax * bz;
  const mz = ax * by - ay * bx;
  const nx = by * cz - bz * cy;
  const ny = bz * cx - bx * cz;
  const nz = bx * cy - by * cx;
  const length = Math.sqrt(bx * bx + by * by + bz * bz);
  return Math.atan2(length * (ax * nx + ay * ny + az * nz), mx * nx + my * ny + mz * nz);
}

/**
 * Signed volume u1·(u2×u3) of the unit vectors from row `centre` to rows i, j, k: in [−1, 1], its sign is the hand.
 * A neighbour that coincides with the centre gives NaN.
 */
export function signedVolume(x: FloatArray, centre: number, i: number, j: number, k: number): number {
  const ox = x[3 * centre];
  const oy = x[3 * centre + 1];
  const oz = x[3 * centre + 2];
  const ax = x[3 * i] - ox;
  const ay = x[3 * i + 1] - oy;
  const az = x[3 * i + 2] - oz;
  const bx = x[3 * j] - ox;
  const by = x[3 * j + 1] - oy;
  const bz = x[3 * j + 2] - oz;
  const cx = x[3 * k] - ox;
  const cy = x[3 * k + 1] - oy;
  const cz = x[3 * k + 2] - oz;
  const triple = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
  const square = (ax * ax + ay * ay + az * az) * (bx * bx + by * by + bz * bz) * (cx * cx + cy * cy + cz * cz);
  return triple / Math.sqrt(square);
}
