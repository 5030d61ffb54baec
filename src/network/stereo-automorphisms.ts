/** The symmetry that couplings may use: automorphisms under which every feature the network sees stays the same. */
import { automorphisms } from '../chem/automorphisms.js';
import type { Molecule } from '../chem/molecule.js';
import { isEvenPermutation } from '../chem/parity.js';
import type { RDKitModule } from '../chem/rdkit.js';
import { ATOM_FEATURES, graphFeatures, PAIR_FEATURES, type GraphFeatures } from './features.js';

/** More symmetry than this is left unused: trying it for every training pair would cost more than it straightens. */
const MOST = 48;

/** Skeleton permutations, the identity first; p maps atom i to p[i]. */
export function stereoAutomorphisms(rdkit: RDKitModule, molecule: Molecule): number[][] {
  const identity = Array.from({ length: molecule.skeletonCount }, (_, i) => i);
  const features = graphFeatures(molecule);
  const kept = automorphisms(rdkit, molecule, { maxMatches: 1000 })
    .permutations.map((p) => Array.from(p))
    .filter((p) => p.some((to, from) => to !== from) && preserves(features, p))
    .slice(0, MOST - 1);
  return [identity, ...kept];
}

function preserves({ n, atoms, pairs, centres }: GraphFeatures, p: readonly number[]): boolean {
  const equal = (all: Float32Array, width: number, a: number, b: number) => {
    for (let k = 0; k < width; k++) if (all[a * width + k] !== all[b * width + k]) return false;
    return true;
  };
  for (let i = 0; i < n; i++) {
    if (!equal(atoms, ATOM_FEATURES, i, p[i])) return false;
    for (let j = 0; j < n; j++) if (!equal(pairs, PAIR_FEATURES, i * n + j, p[i] * n + p[j])) return false;
  }
  const byCentre = new Map(centres.map(([centre, ...three]) => [centre, three]));
  return centres.every(([centre, ...three]) => {
    const there = byCentre.get(p[centre]);
    return (
      !!there &&
      isEvenPermutation(
        three.map((i) => p[i]),
        there,
      )
    );
  });
}
