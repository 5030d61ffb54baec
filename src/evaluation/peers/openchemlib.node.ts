/** OpenChemLib's conformer generator (Actelion; torsion libraries and rigid fragments), the peer inside Node. */
import type { Molecule as OclMolecule } from 'openchemlib';
import type { ConformerSet } from '../conformer-sets.js';
import type { Peer } from './peer.js';

export const openChemLib: Peer = {
  name: 'openchemlib',
  async generate({ molecules, seed, onMolecule = () => {} }) {
    const ocl = await import('openchemlib');
    ocl.Resources.registerFromNodejs();
    const conformers = new Map<string, readonly ConformerSet[]>();
    let [made, seconds, cpuSeconds] = [0, 0, 0];
    for (const [index, { title, smiles, count }] of molecules.entries()) {
      const before = performance.now();
      const cpu = process.cpuUsage();
      const found: OclMolecule[] = [];
      try {
        const molecule = ocl.Molecule.fromSmiles(smiles);
        const generator = new ocl.ConformerGenerator(seed);
        if (generator.initializeConformers(molecule))
          for (
            let next = generator.getNextConformerAsMolecule();
            next && found.length < count;
            next = generator.getNextConformerAsMolecule()
          )
            found.push(next);
      } catch {
        // A molecule that it cannot handle counts as a failure of the peer when it is scored.
      }
      const used = process.cpuUsage(cpu);
      seconds += (performance.now() - before) / 1000;
      cpuSeconds += (used.user + used.system) / 1e6;
      made += found.length;
      if (found.length > 0) conformers.set(title, [setOf(title, found)]);
      onMolecule(index + 1);
    }
    return { conformers, made, seconds, cpuSeconds };
  },
};

function setOf(title: string, found: readonly OclMolecule[]): ConformerSet {
  const first = found[0];
  const coordinatesOf = (molecule: OclMolecule): Float32Array =>
    Float32Array.from({ length: 3 * molecule.getAllAtoms() }, (_, k) => {
      const atom = Math.floor(k / 3);
      return [molecule.getAtomX(atom), molecule.getAtomY(atom), molecule.getAtomZ(atom)][k % 3];
    });
  return {
    title,
    structure: {
      name: title,
      atoms: Array.from({ length: first.getAllAtoms() }, (_, i) => ({
        element: first.getAtomicNo(i),
        charge: first.getAtomCharge(i),
        isotope: first.getAtomMass(i),
      })),
      bonds: Array.from({ length: first.getAllBonds() }, (_, i) => ({
        a: first.getBondAtom(0, i),
        b: first.getBondAtom(1, i),
        order: first.getBondOrder(i) as 0 | 1 | 2 | 3,
      })),
      coordinates: coordinatesOf(first),
      dimension: 3,
    },
    conformers: found.map(coordinatesOf),
    fields: new Map(),
  };
}
