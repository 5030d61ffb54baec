/** The analysis worker: stereo from coordinates and atom mappings by RDKit, MMFF94 energies by OpenChemLib. */
import { ForceFieldMMFF94, Molecule as OclMolecule, Resources } from 'openchemlib';
import mmff94 from 'virtual:mmff94-parameters';
import { molblock } from '../../../src/chem/molblock.js';
import { moleculeFromStructure } from '../../../src/chem/parse.js';
import { failureReason, loadRDKit, type RDKitModule, withMol } from '../../../src/chem/rdkit.js';
import type { Structure } from '../../../src/chem/structure.js';
import { heavyAtoms } from '../data/trajectory.js';
import type { Analyses, Answer, Request, Start, StereoMarks } from './protocol.js';

/** Beyond this many the symmetry is that of rotors like tert-butyl groups, and more would only take time. */
const MAX_MAPPINGS = 2000;

let rdkit: Promise<RDKitModule> | undefined;
let resourcesReady = false;

addEventListener('message', ({ data }: MessageEvent<Start | Request>) => {
  if (!('kind' in data)) {
    rdkit = loadRDKit({ locateFile: () => data.rdkitWasm });
    rdkit.catch(() => undefined);
    return;
  }
  void answer(data).then(
    (result) => postMessage({ id: data.id, result } satisfies Answer),
    (error: unknown) =>
      postMessage({ id: data.id, error: error instanceof Error ? error.message : String(error) } satisfies Answer),
  );
});

async function answer(request: Request): Promise<Analyses[keyof Analyses]['answer']> {
  if (request.kind === 'energies') return energies(request.structure, request.coordinates);
  if (!rdkit) throw new Error('The analysis worker has not been started.');
  const module = await rdkit;
  return request.kind === 'stereo' ? stereo(module, request.structure) : mappings(module, request);
}

function stereo(module: RDKitModule, structure: Structure): StereoMarks {
  const { molecule, order } = moleculeFromStructure(module, structure);
  return {
    smiles: molecule.smiles,
    centres: molecule.centres.flatMap(({ atom, cip }) => (cip ? [{ atom: order[atom], cip }] : [])),
    bonds: molecule.stereoBonds.flatMap(({ a, b, cip }) => (cip ? [{ a: order[a], b: order[b], cip }] : [])),
  };
}

function energies(structure: Structure, geometries: readonly Float32Array[]): (number | null)[] {
  if (!resourcesReady) Resources.register(mmff94);
  resourcesReady = true;
  return geometries.map((coordinates) => {
    // Atoms on top of each other (a hydrogen not made yet) have no energy.
    const molecule = OclMolecule.fromMolfile(molblock({ molecule: structure, coordinates }));
    const energy = new ForceFieldMMFF94(molecule, 'MMFF94').getTotalEnergy();
    return Number.isFinite(energy) ? energy : null;
  });
}

function mappings(module: RDKitModule, { structure, reference }: Analyses['mappings']['request']): number[][] {
  const block = (one: Structure): string => molblock({ molecule: one, coordinates: one.coordinates, title: '' });
  const details = { details: '{"removeHs":true}' };
  return withMol(module, block(structure), (query) => {
    if (!query) throw new Error(failureReason(module) || 'RDKit cannot read the molecule.');
    return withMol(module, block(reference), (target) => {
      if (!target) throw new Error(failureReason(module) || 'RDKit cannot read the reference.');
      const text = target.get_substruct_matches(query, JSON.stringify({ uniquify: false, maxMatches: MAX_MAPPINGS }));
      const matches = JSON.parse(text) as { atoms: number[] }[] | Record<string, never>;
      // RDKit has kept the order of the heavy atoms; hydrogens that it kept (isotopes) are left out here.
      const own = heavyAtoms(structure).length;
      const heavy = heavyAtoms(reference);
      if (!Array.isArray(matches) || matches.length === 0 || own !== heavy.length || query.get_num_atoms() !== own) return [];
      return matches.map(({ atoms }) => atoms.map((atom) => heavy[atom]));
    }, details);
  }, details);
}
