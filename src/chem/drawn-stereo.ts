/** The wedges of a drawing, or the parities of a file without coordinates, each held against the stereo that perception made of it: none is dropped without a word. */
import { dihedral } from '../geometry/internal-coordinates.js';
import { adjacency } from './adjacency.js';
import { cumuleneBonds, possibleAxes } from './coordinate-stereo.js';
import { atomsByInput } from './match-order.js';
import type { Molecule, StereoAxis, StereoBond, TetrahedralCentre } from './molecule.js';
import { isEvenPermutation } from './parity.js';
import type { RDKitModule } from './rdkit.js';
import { addStereo } from './stereo-guard.js';
import type { Structure } from './structure.js';

/** @param order for each atom of the molecule its atom in the structure, −1 for a hydrogen that was not drawn. */
export function keepDrawnStereo(
  rdkit: RDKitModule,
  molecule: Molecule,
  { atoms, wedges = [], coordinates, molblock }: Structure,
  order: Int32Array,
): Molecule {
  if (!coordinates) {
    const lost = wedges.map(
      ({ a }) => `The wedge at atom ${a + 1} marks nothing: all coordinates of its file are zero.`,
    );
    const kept = keepParities(rdkit, molecule, atoms, order);
    return lost.length === 0 ? kept : { ...kept, notes: [...(kept.notes ?? []), ...new Set(lost)] };
  }
  const toMolecule = atomsByInput(order);
  const neighbours = adjacency(molecule.atoms.length, molecule.bonds);
  const centres: TetrahedralCentre[] = [];
  const axes: StereoAxis[] = [];
  const unused: number[] = [];
  const places = possibleAxes(molecule, { hindered: 0 });

  /** The drawing with the wedge's far end above or below the paper, in the order of the molecule. */
  const raised = (far: number, up: boolean): Float32Array => {
    const x = new Float32Array(3 * order.length);
    order.forEach((from, i) => {
      if (from < 0) return;
      x.set(coordinates.subarray(3 * from, 3 * from + 2), 3 * i);
    });
    x[3 * far + 2] = up ? 1 : -1;
    return x;
  };
  for (const { a, b, up } of wedges) {
    const [atom, far] = [toMolecule.get(a), toMolecule.get(b)];
    if (atom === undefined || far === undefined) continue;
    if (molecule.centres.some((centre) => centre.specified && centre.atom === atom)) continue;
    if (centres.some((centre) => centre.atom === atom)) continue;
    const axis = places.find((place) => place.a === atom || place.b === atom);
    const x = raised(far, up);
    if (axis) {
      const here = axis.a === atom ? 0 : 1;
      if (axes.some((own) => own.a === axis.a && own.b === axis.b)) continue;
      const references = [...axis.references] as [number, number];
      references[here] = far;
      const turn = Math.sin(dihedral(x, references[0], axis.a, axis.b, references[1]));
      if (Math.abs(turn) > 0.1) axes.push({ ...axis, references, positive: turn > 0 });
      else unused.push(a);
      continue;
    }
    const list = neighbours[atom];
    const drawn = list.filter((i) => order[i] >= 0);
    if (list.length !== 4 || drawn.length < 3) {
      unused.push(a);
      continue;
    }
    const volume = handOf(x, atom, drawn, up);
    if (Math.abs(volume) < 1e-3) unused.push(a);
    else {
      const ascending = [...list].sort((i, j) => i - j);
      // `handOf` counts the four in ascending order.
      if (volume < 0) [ascending[0], ascending[1]] = [ascending[1], ascending[0]];
      centres.push({ atom, neighbours: ascending, specified: true });
    }
  }

  // Cumulenes of three double bonds, and double bonds that an isotope alone tells apart, are drawn as they are.
  const flat = raised(0, true);
  flat[2] = 0;
  const isIsotope = (i: number): boolean => molecule.atoms[i].element === 1 && molecule.atoms[i].isotope > 0;
  const open = molecule.stereoBonds.filter(
    ({ a, b, cis }) => cis === undefined && [...neighbours[a], ...neighbours[b]].some(isIsotope),
  );
  const either = /\n *\d+ +\d+ +2 +3\b/.test(molblock ?? '') || /CFG=2/.test(molblock ?? '');
  const bonds: StereoBond[] = either
    ? []
    : [...open, ...cumuleneBonds(molecule)].flatMap((bond) => {
        const twist = Math.cos(dihedral(flat, bond.references[0], bond.a, bond.b, bond.references[1]));
        return Math.abs(twist) > 0.5 ? [{ ...bond, cis: twist > 0 }] : [];
      });

  const { molecule: kept, idle } = addStereo(rdkit, molecule, { centres, bonds, axes });
  for (const mark of idle) {
    if ('atom' in mark) unused.push(order[mark.atom]);
    else if ('positive' in mark) unused.push(order[mark.a]);
  }
  const notes = [...new Set(unused)].map(
    (atom) =>
      `The wedge at atom ${atom + 1} marks nothing: there is no stereocentre or hindered axis there that it would tell.`,
  );
  return notes.length === 0 ? kept : { ...kept, notes: [...(kept.notes ?? []), ...notes] };
}

/**
 * Of parity 2 the first three neighbours, by their numbers, lie counterclockwise, seen with the fourth behind them; a hydrogen
 * that is not drawn comes last (CTfile Formats, 2020, appendix A).
 */
function keepParities(rdkit: RDKitModule, molecule: Molecule, atoms: Structure['atoms'], order: Int32Array): Molecule {
  const neighbours = adjacency(molecule.atoms.length, molecule.bonds);
  const rank = (i: number): number => (order[i] < 0 ? atoms.length : order[i]);
  const unused: number[] = [];
  const centres = Array.from(order).flatMap((from, atom): TetrahedralCentre[] => {
    const { parity } = from < 0 ? {} : atoms[from];
    if (parity === undefined) return [];
    const ascending = [...neighbours[atom]].sort((i, j) => i - j);
    const byNumber = [...ascending].sort((i, j) => rank(i) - rank(j));
    if (ascending.length !== 4 || ascending.filter((i) => order[i] < 0).length > 1) {
      unused.push(from);
      return [];
    }
    if ((parity === 2) !== isEvenPermutation(byNumber, ascending))
      [ascending[0], ascending[1]] = [ascending[1], ascending[0]];
    return [{ atom, neighbours: ascending, specified: true }];
  });
  if (centres.length + unused.length === 0) return molecule;
  const { molecule: kept, idle } = addStereo(rdkit, molecule, { centres, bonds: [], axes: [] });
  for (const mark of idle) if ('atom' in mark) unused.push(order[mark.atom]);
  const notes = [...new Set(unused)].map(
    (atom) => `The parity of atom ${atom + 1} marks nothing: there is no stereocentre that it would tell.`,
  );
  return notes.length === 0 ? kept : { ...kept, notes: [...(kept.notes ?? []), ...notes] };
}

/** Sign of the tetrahedron of four neighbours in ascending order, as `signedVolume` of the first three has it. */
function handOf(x: Float32Array, atom: number, drawn: readonly number[], up: boolean): number {
  const points = [...drawn]
    .sort((i, j) => i - j)
    .map((i) => [x[3 * i] - x[3 * atom], x[3 * i + 1] - x[3 * atom + 1], x[3 * i + 2]]);
  // The hydrogen that is not drawn comes last and lies on the other side of the paper than the wedge.
  if (points.length === 3) points.push([0, 0, up ? -1 : 1]);
  const [p, q, r, s] = points;
  const [u, v, w] = [p, q, r].map((point) => point.map((value, k) => value - s[k]));
  return u[0] * (v[1] * w[2] - v[2] * w[1]) + u[1] * (v[2] * w[0] - v[0] * w[2]) + u[2] * (v[0] * w[1] - v[1] * w[0]);
}
