/** Makes trajectory files for the viewer's tests: straight lines from noise to real conformers, in two stages. */
import { ConformerGenerator, Molecule as OclMolecule, Resources } from 'openchemlib';
import { readMolblock } from '../../src/chem/io/ctab.js';
import { molblock } from '../../src/chem/molblock.js';
import type { Structure } from '../../src/chem/structure.js';

/** A small deterministic generator (mulberry32) and Box–Muller. */
function gaussians(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

const made = new Map<string, Structure[]>();

/** Conformers of a SMILES by OpenChemLib, all hydrogens explicit. */
export function conformersOf(smiles: string, count: number): Structure[] {
  const known = made.get(`${smiles} ${count}`);
  if (known) return known;
  if (made.size === 0) Resources.registerFromNodejs();
  const molecule = OclMolecule.fromSmiles(smiles);
  const generator = new ConformerGenerator(7);
  generator.initializeConformers(molecule);
  const structures: Structure[] = [];
  for (
    let next = generator.getNextConformerAsMolecule();
    next && structures.length < count;
    next = generator.getNextConformerAsMolecule()
  ) {
    structures.push(readMolblock(next.toMolfile()));
  }
  if (structures.length === 0) throw new Error(`OpenChemLib made no conformer of ${smiles}.`);
  made.set(`${smiles} ${count}`, structures);
  return structures;
}

/** A trajectory file as `molflow generate --trajectory` writes it: the skeleton stage, then that of the hydrogens. */
export function trajectorySdf({
  name,
  smiles,
  conformers = 3,
  frames = 12,
  seed = 1,
}: {
  name: string;
  smiles: string;
  conformers?: number;
  frames?: number;
  seed?: number;
}): string {
  const normal = gaussians(seed);
  return conformersOf(smiles, conformers)
    .map((structure, conformer) => {
      const end = structure.coordinates as Float32Array;
      const n = structure.atoms.length;
      const parent = structure.atoms.map(({ element }, atom) => {
        const bond = structure.bonds.find(({ a, b }) => a === atom || b === atom);
        return element === 1 && bond ? (bond.a === atom ? bond.b : bond.a) : atom;
      });
      const heavyNoise = Float32Array.from({ length: 3 * n }, () => 0.55 * Math.cbrt(n) * normal());
      const hydrogenNoise = Float32Array.from({ length: 3 * n }, () => 0.6 * normal());
      const record = (stage: string, t: number): string => {
        const x = new Float32Array(3 * n);
        for (let atom = 0; atom < n; atom++) {
          const own = parent[atom];
          for (let k = 0; k < 3; k++) {
            const heavy =
              stage === 'skeleton' ? (1 - t) * heavyNoise[3 * own + k] + t * end[3 * own + k] : end[3 * own + k];
            x[3 * atom + k] =
              own === atom || stage === 'skeleton'
                ? heavy
                : (1 - t) * (heavy + hydrogenNoise[3 * atom + k]) + t * end[3 * atom + k];
          }
        }
        const fields = `>  <FLOW_TIME>\n${t}\n\n>  <STAGE>\n${stage}\n\n>  <CONFORMER>\n${conformer + 1}\n\n`;
        return `${molblock({ molecule: structure, coordinates: x, title: name })}${fields}$$$$\n`;
      };
      const times = Array.from({ length: frames + 1 }, (_, k) => k / frames);
      return (
        times.map((t) => record('skeleton', t)).join('') +
        times
          .slice(0, 1 + Math.ceil(frames / 2))
          .map((_, k, all) => record('hydrogens', k / (all.length - 1)))
          .join('')
      );
    })
    .join('');
}

/** Conformers as an ordinary SD file. */
export function ensembleSdf({
  name,
  smiles,
  conformers = 5,
}: {
  name: string;
  smiles: string;
  conformers?: number;
}): string {
  return conformersOf(smiles, conformers)
    .map((structure) => `${molblock({ molecule: structure, coordinates: structure.coordinates, title: name })}$$$$\n`)
    .join('');
}
