/** The analysis worker: stereo, symmetry, MMFF94 energies and measures of the ensemble of what is shown, by the library. */
import { automorphisms } from '../../../src/chem/automorphisms.js';
import { createForceField } from '../../../src/chem/mmff94.js';
import { molblock } from '../../../src/chem/molblock.js';
import { moleculeFromStructure } from '../../../src/chem/parse.js';
import { loadRDKit, type RDKitModule, type RDKitMol, withMol } from '../../../src/chem/rdkit.js';
import type { Structure } from '../../../src/chem/structure.js';
import { dihedral } from '../../../src/geometry/internal-coordinates.js';
import { heavyAtoms } from '../data/trajectory.js';
import { addressOf, unpacked } from '../unpack.js';
import { radiusOfGyration } from './gyration.js';
import { completeLinkage } from './linkage.js';
import { placesIn } from './places-in-drawing.js';
import type { Analyses, Answer, Depiction, Request, Start, StereoMarks, Torsion } from './protocol.js';
import { matrixRows } from './rmsd-matrix.js';
import { bondTorsions } from './torsions.js';

/** More automorphisms than this come from rotors such as tert-butyl groups, and are not searched. */
const MAX_MAPPINGS = 2000;

/** Milliseconds of a piece of the RMSD matrix: other questions are answered between two. */
const PIECE = 50;

let rdkit: Promise<RDKitModule> | undefined;

addEventListener('message', ({ data }: MessageEvent<Start | Request>) => {
  if (!('kind' in data)) {
    rdkit = startRDKit(data);
    rdkit.catch(() => undefined);
    return;
  }
  void answer(data).then(
    (result) => postMessage({ id: data.id, result } satisfies Answer),
    (error: unknown) =>
      postMessage({ id: data.id, error: error instanceof Error ? error.message : String(error) } satisfies Answer),
  );
});

async function startRDKit({ rdkitWasm, version }: Start): Promise<RDKitModule> {
  const address = addressOf(typeof rdkitWasm === 'string' ? await unpacked(rdkitWasm, version) : rdkitWasm);
  return loadRDKit({ locateFile: () => address });
}

async function answer(request: Request): Promise<Analyses[keyof Analyses]['answer']> {
  if (!rdkit) throw new Error('The analysis worker has not been started.');
  const module = await rdkit;
  switch (request.kind) {
    case 'stereo':
      return stereo(module, request);
    case 'identity': {
      const { molecule } = moleculeFromStructure(module, request.structure);
      return { smiles: molecule.smiles, atoms: molecule.atoms.map(({ element, charge }) => ({ element, charge })) };
    }
    case 'depiction':
      return depiction(module, request);
    case 'smarts':
      return smarts(module, request);
    case 'molfile':
      return molfile(module, request);
    case 'energies':
      return energies(module, request);
    case 'mappings':
      return mappings(module, request);
    case 'distances': {
      const end = performance.now() + PIECE;
      return matrixRows({ ...request, enough: () => performance.now() > end });
    }
    case 'linkage':
      return completeLinkage(request.distances, request.n);
    case 'gyration':
      return request.coordinates.map((x) => radiusOfGyration(x, request.masses));
    case 'torsions':
      return torsions(module, request);
  }
}

function stereo(module: RDKitModule, { structure, wanted }: Analyses['stereo']['request']): StereoMarks {
  const { molecule, order } = moleculeFromStructure(module, structure);
  return {
    smiles: molecule.smiles,
    centres: molecule.centres.flatMap(({ atom, cip }) => (cip ? [{ atom: order[atom], cip }] : [])),
    bonds: molecule.stereoBonds.flatMap(({ a, b, cip }) => (cip ? [{ a: order[a], b: order[b], cip }] : [])),
    asWanted: wanted === undefined ? undefined : holds(module, molecule.smiles, wanted),
  };
}

/** Whether a molecule has all stereo that a SMILES specifies; undefined where the SMILES is of another molecule. */
function holds(module: RDKitModule, smiles: string, wanted: string): boolean | undefined {
  return withMol(module, smiles, (mol) =>
    withMol(module, wanted, (query) => {
      if (!mol || !query || mol.get_num_atoms() !== query.get_num_atoms()) return undefined;
      const matches = (useChirality: boolean): boolean =>
        mol.get_substruct_match(query, JSON.stringify({ useChirality })) !== '{}';
      return matches(false) ? matches(true) : undefined;
    }),
  );
}

/** @throws Error for what RDKit does not read */
function depiction(module: RDKitModule, { smiles, structure, palette }: Analyses['depiction']['request']): Depiction {
  const size = { width: 340, height: 144 };
  const details = { ...size, clearBackground: false, ...(palette && { atomColourPalette: palette }) };
  const drawn = withMol(module, smiles, (mol) => {
    if (!mol) throw new Error(`no drawing of ${smiles}`);
    const all = Array.from({ length: mol.get_num_atoms() }, (_, i) => i);
    const svg = mol.get_svg_with_highlights(JSON.stringify(details));
    // Highlights are ellipses about the atoms; they move the drawing a little, which `placesIn` undoes.
    const highlighted = mol.get_svg_with_highlights(JSON.stringify({ ...details, atoms: all, bonds: [] }));
    return { svg, places: placesIn(svg, highlighted), atoms: firstMatch(module, structure, mol) };
  });
  return {
    svg: drawn.svg.slice(drawn.svg.indexOf('<svg')),
    ...size,
    atoms: drawn.places.flatMap(({ x, y }, i) =>
      drawn.atoms[i] === undefined ? [] : [{ atom: drawn.atoms[i], x, y }],
    ),
  };
}

/** The atom of the structure for each atom of a query, where it first occurs; none where it does not. */
function firstMatch(module: RDKitModule, structure: Structure, query: RDKitMol): number[] {
  const { molecule, order } = moleculeFromStructure(module, structure, { complete: false });
  return withMol(
    module,
    molblock({ molecule, title: '', dimension: 2 }),
    (target) => {
      const { atoms = [] } = JSON.parse(target?.get_substruct_match(query) ?? '{}') as { atoms?: number[] };
      return atoms.map((atom) => order[atom]);
    },
    { details: '{"removeHs":true}' },
  );
}

/** @throws Error for what is no SMARTS, or does not occur */
function smarts(module: RDKitModule, { structure, smarts: text }: Analyses['smarts']['request']): number[] {
  const query = module.get_qmol(text);
  if (!query) throw new Error(`“${text}” is no SMARTS.`);
  try {
    const heavy = firstMatch(module, structure, query).filter((atom) => structure.atoms[atom].element > 1);
    if (heavy.length === 0) throw new Error(`The SMARTS “${text}” does not occur in the molecule.`);
    return heavy;
  } finally {
    query.delete();
  }
}

/** V3000 has all charges, radicals and groups of relative stereo. @throws Error for what RDKit does not read */
function molfile(module: RDKitModule, { smiles }: Analyses['molfile']['request']): string {
  const text = withMol(module, smiles, (mol) => {
    mol?.set_new_coords();
    return mol?.get_v3Kmolblock();
  });
  if (!text) throw new Error(`“${smiles}” is no SMILES that can be drawn.`);
  return text;
}

async function energies(
  module: RDKitModule,
  { structure, coordinates }: Analyses['energies']['request'],
): Promise<(number | null)[]> {
  const { molecule, order } = moleculeFromStructure(module, structure);
  const missing = order.indexOf(-1);
  if (missing >= 0) throw new Error('no energy without explicit hydrogens');
  const { default: resources } = await import('virtual:mmff94-parameters');
  const field = await createForceField(molecule, { variant: 'MMFF94', resources });
  return coordinates.map((x) => {
    const own = new Float32Array(x.length);
    order.forEach((from, atom) => own.set(x.subarray(3 * from, 3 * from + 3), 3 * atom));
    const energy = field.energy(own);
    // Atoms on top of each other (a hydrogen not made yet) have no energy.
    return Number.isFinite(energy) ? energy : null;
  });
}

function mappings(module: RDKitModule, { structure, reference }: Analyses['mappings']['request']): number[][] {
  if (structure.ordersUnknown || reference.ordersUnknown) return connectivityMappings(module, structure, reference);
  const own = moleculeFromStructure(module, structure);
  const other = moleculeFromStructure(module, reference);
  const n = own.molecule.skeletonCount;
  const onto = oneMapping(module, own.molecule.smiles === other.molecule.smiles ? structure : undefined, own, other);
  if (!onto) return [];
  const { permutations } = automorphisms(module, other.molecule, {
    maxMatches: MAX_MAPPINGS,
    symmetriseTerminals: true,
  });
  // Rows are asked for by the structure's own order of its heavy atoms, which perception keeps.
  const all = Array.from({ length: n }, (_, atom) => atom);
  const heavy = all.filter((atom) => own.molecule.atoms[atom].element > 1);
  return permutations.map((permutation) =>
    (heavy.length > 0 ? heavy : all).map((atom) => other.order[permutation[onto[atom]]]),
  );
}

/** All isomorphisms of the heavy atoms by their elements and which of them are bonded, whatever the orders and charges. */
function connectivityMappings(module: RDKitModule, structure: Structure, reference: Structure): number[][] {
  const [own, other] = [heavyGraph(structure), heavyGraph(reference)];
  if (own.atoms.length !== other.atoms.length || own.bonds.length !== other.bonds.length) return [];
  const details = { details: '{"sanitize":false,"removeHs":false}' };
  const found = withMol(
    module,
    molblock({ molecule: other, dimension: 2 }),
    (target) =>
      withMol(
        module,
        molblock({ molecule: own, dimension: 2 }),
        (query) =>
          target && query
            ? target.get_substruct_matches(query, JSON.stringify({ uniquify: false, maxMatches: MAX_MAPPINGS }))
            : '{}',
        details,
      ),
    details,
  );
  const matches = found === '{}' ? [] : (JSON.parse(found) as { atoms: number[] }[]);
  return matches.map(({ atoms }) => atoms.map((atom) => other.index[atom]));
}

function heavyGraph(structure: Structure) {
  const index = heavyAtoms(structure);
  const rank = new Map(index.map((atom, i) => [atom, i]));
  return {
    index,
    atoms: index.map((atom) => ({ element: structure.atoms[atom].element, charge: 0, isotope: 0 })),
    bonds: structure.bonds.flatMap(({ a, b }) => {
      const [from, to] = [rank.get(a), rank.get(b)];
      return from === undefined || to === undefined ? [] : [{ a: from, b: to, order: 1 as const }];
    }),
  };
}

function torsions(module: RDKitModule, { structure, coordinates }: Analyses['torsions']['request']): Torsion[] {
  const { molecule, order } = moleculeFromStructure(module, structure);
  const { permutations } = automorphisms(module, molecule, { maxMatches: MAX_MAPPINGS, symmetriseTerminals: true });
  return bondTorsions(molecule, permutations).map((alike) => {
    const own = alike.map((torsion) => torsion.map((atom) => order[atom]));
    return {
      atoms: own[0],
      degrees: coordinates.map((x) => own.map(([i, j, k, l]) => (dihedral(x, i, j, k, l) * 180) / Math.PI)),
    };
  });
}

type Perceived = ReturnType<typeof moleculeFromStructure>;

/** One isomorphism of two skeletons, stereo ignored. */
function oneMapping(
  module: RDKitModule,
  same: Structure | undefined,
  own: Perceived,
  other: Perceived,
): number[] | undefined {
  const { skeletonCount } = own.molecule;
  if (skeletonCount !== other.molecule.skeletonCount) return undefined;
  const identity = Array.from({ length: skeletonCount }, (_, atom) => atom);
  const alike = (atom: number): boolean => own.molecule.atoms[atom].element === other.molecule.atoms[atom].element;
  const bonds = ({ molecule }: Perceived): string =>
    molecule.bonds
      .flatMap(({ a, b }) => (a < skeletonCount && b < skeletonCount ? [a < b ? `${a} ${b}` : `${b} ${a}`] : []))
      .sort()
      .join();
  if (same && identity.every(alike) && bonds(own) === bonds(other)) return identity;
  const block = ({ molecule }: Perceived): string => molblock({ molecule, title: '', dimension: 2 });
  const details = { details: '{"removeHs":true}' };
  return withMol(
    module,
    block(own),
    (query) =>
      withMol(
        module,
        block(other),
        (target) => {
          if (!query || !target || query.get_num_atoms() !== target.get_num_atoms()) return undefined;
          const match = JSON.parse(target.get_substruct_match(query)) as { atoms?: number[] };
          return match.atoms;
        },
        details,
      ),
    details,
  );
}
