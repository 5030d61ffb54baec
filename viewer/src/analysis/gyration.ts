/** How far a conformer spreads: its radius of gyration. */
import type { StructureAtom } from '../../../src/chem/structure.js';

/**
 * Standard atomic weights from hydrogen to curium, abridged (Prohaska et al., Pure Appl. Chem. 94, 573, 2022); the mass
 * number of the longest-lived isotope where there is none.
 */
const ATOMIC_WEIGHTS = [
  1.008, 4.0026, 6.94, 9.0122, 10.81, 12.011, 14.007, 15.999, 18.998, 20.18, 22.99, 24.305, 26.982, 28.085, 30.974,
  32.06, 35.45, 39.95, 39.098, 40.078, 44.956, 47.867, 50.942, 51.996, 54.938, 55.845, 58.933, 58.693, 63.546, 65.38,
  69.723, 72.63, 74.922, 78.971, 79.904, 83.798, 85.468, 87.62, 88.906, 91.224, 92.906, 95.95, 97, 101.07, 102.91,
  106.42, 107.87, 112.41, 114.82, 118.71, 121.76, 127.6, 126.9, 131.29, 132.91, 137.33, 138.91, 140.12, 140.91, 144.24,
  145, 150.36, 151.96, 157.25, 158.93, 162.5, 164.93, 167.26, 168.93, 173.05, 174.97, 178.49, 180.95, 183.84, 186.21,
  190.23, 192.22, 195.08, 196.97, 200.59, 204.38, 207.2, 208.98, 209, 210, 222, 223, 226, 227, 232.04, 231.04, 238.03,
  237, 244, 243, 247,
];

/** Mass of an atom in Da: that of its isotope, where it is given, rounded. */
export function massOf({ element, isotope }: Pick<StructureAtom, 'element' | 'isotope'>): number {
  return isotope > 0 ? isotope : (ATOMIC_WEIGHTS[element - 1] ?? 247);
}

/** √(Σ m r²/Σ m) in Å, r from the centre of mass: of atoms at `x` [n,3] with `masses` [n]. */
export function radiusOfGyration(x: Float32Array, masses: readonly number[]): number {
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  const centre = [0, 0, 0];
  x.forEach((value, k) => (centre[k % 3] += (masses[Math.floor(k / 3)] * value) / total));
  let sum = 0;
  x.forEach((value, k) => (sum += masses[Math.floor(k / 3)] * (value - centre[k % 3]) ** 2));
  return Math.sqrt(sum / total);
}
