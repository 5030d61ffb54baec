/** Makes conformers in the page: the library's own stages, network and checks, on onnxruntime-web. */
import { checkGeometry } from '../../../src/chem/geometry-checks.js';
import type { Molecule } from '../../../src/chem/molecule.js';
import { parseSmiles } from '../../../src/chem/parse.js';
import { loadRDKit } from '../../../src/chem/rdkit.js';
import { verifyStereo } from '../../../src/chem/stereo.js';
import type { DrawKey } from '../../../src/flow/sampler.js';
import { comparedPermutations, pruneByRmsd } from '../../../src/generation/diverse.js';
import { DEFAULT_RMSD } from '../../../src/generation/generate.js';
import { createGenerator, type Generator } from '../../../src/generation/generator.js';
import { placeHydrogens } from '../../../src/generation/hydrogen-stage.js';
import { defaultSampler, sampleSkeletons, type SamplerSettings } from '../../../src/generation/skeleton-stage.js';
import { spreadOf } from '../../../src/generation/spread.js';
import { rootMeanSquareSpeed } from '../../../src/generation/trajectory.js';
import { readModel } from '../../../src/network/model.js';
import { hydrogenParents } from '../../../src/network/priors.js';
import { stereoAutomorphisms } from '../../../src/network/stereo-automorphisms.js';
import { openWebEngine } from '../../../src/engine/onnx.web.js';
import type { GenerateRequest, GeneratorAnswer, GeneratorRequest, StartGenerator, Verdict } from './protocol.js';

/** How often a place is drawn before what came last is shown as it is. */
const MOST_DRAWS = 4;

let generator: Promise<Generator> | undefined;
let latest = 0;

addEventListener('message', ({ data }: MessageEvent<GeneratorRequest>) => {
  if (data.kind === 'start') {
    generator = start(data);
    generator.catch((error: unknown) => tell({ kind: 'failed', id: undefined, message: textOf(error) }));
    return;
  }
  latest = data.kind === 'cancel' ? -1 : data.id;
  if (data.kind === 'cancel') return;
  generate(data).catch((error: unknown) => {
    if (!(error instanceof Superseded)) tell({ kind: 'failed', id: data.id, message: textOf(error) });
  });
});

/** Thrown out of a run that a later request has replaced. */
class Superseded extends Error {}

function tell(message: GeneratorAnswer): void {
  postMessage(message);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function start({ rdkitWasm, model: address, ortWasm, ortWebGpu }: StartGenerator): Promise<Generator> {
  const [rdkit, engine, response] = await Promise.all([
    loadRDKit({ locateFile: () => rdkitWasm }),
    openWebEngine({ ortWasm, ortWebGpu }),
    fetch(address),
  ]);
  if (!response.ok) throw new Error(`The model could not be loaded: the server answered ${response.status}.`);
  const model = readModel(new Uint8Array(await response.arrayBuffer()));
  tell({ kind: 'ready', engine: engine.description, model: model.name });
  return createGenerator({ rdkit, model, engine });
}

async function generate({ id, smiles, name, count, seed }: GenerateRequest): Promise<void> {
  if (!generator) throw new Error('The generator has not been started.');
  const ready = await generator;
  const molecule = parseSmiles(ready.rdkit, smiles, { name });
  tell({
    kind: 'molecule',
    id,
    smiles: molecule.smiles,
    structure: { name, atoms: molecule.atoms, bonds: molecule.bonds, dimension: 3 },
  });
  const begun = performance.now();
  const permutations = comparedPermutations(ready.rdkit, molecule);
  const limit = Math.min(
    ready.skeleton.batchLimit(molecule.skeletonCount),
    ready.hydrogens.batchLimit(molecule.atoms.length),
  );
  const settings = defaultSampler(molecule, ready.skeleton.stage);
  const choose = spreadOf(ready, { molecule, seed, settings, permutations });
  const made: Made[] = [];
  let drawn = 0;

  /** Places not drawn before, each with the noise that its conformer begins with. */
  async function places(slots: readonly { readonly slot: number; readonly draws: number }[]): Promise<Slot[]> {
    const numbers = slots.map(() => drawn++);
    const chosen = numbers.length > 0 ? await choose?.(numbers) : undefined;
    if (id !== latest) throw new Superseded();
    return slots.map((one, i) => ({
      ...one,
      place: numbers[i],
      key: chosen?.[i].draw ?? { conformer: numbers[i], attempt: 0 },
    }));
  }

  let open = await places(Array.from({ length: count }, (_, slot) => ({ slot, draws: 1 })));
  while (open.length > 0) {
    for (let at = 0; at < open.length; at += limit) {
      const batch = open.slice(at, at + limit);
      const conformers = await draw(ready, molecule, { id, seed, batch, settings });
      conformers.forEach((coordinates, i) => {
        const stereo = verifyStereo(ready.rdkit, molecule, coordinates);
        const geometry = checkGeometry(molecule, coordinates);
        made[batch[i].slot] = { ...batch[i], coordinates, stereoRight: stereo.right, geometryRight: geometry.ok };
      });
    }
    const skeletons = made.map(({ coordinates }) => coordinates.subarray(0, 3 * molecule.skeletonCount));
    const distinct = new Set(pruneByRmsd({ skeletons, permutations }, DEFAULT_RMSD));
    made.forEach((one) => (one.distinct = distinct.has(one.slot)));
    // What fails a check is drawn again; what another is already gives way to a new draw.
    const again = made.filter(
      ({ stereoRight, geometryRight, distinct: own, draws }) =>
        !(stereoRight && geometryRight && own) && draws < MOST_DRAWS,
    );
    const isRight = ({ stereoRight, geometryRight }: Made) => stereoRight && geometryRight;
    open = [
      ...again
        .filter((one) => !isRight(one))
        .map(({ slot, draws, place }) => ({
          slot,
          draws: draws + 1,
          place,
          key: { conformer: place, attempt: (settings.spread?.noises ?? 1) + draws - 1 },
        })),
      ...(await places(again.filter(isRight).map(({ slot, draws }) => ({ slot, draws: draws + 1 })))),
    ];
  }
  const verdicts = made.map(({ stereoRight, geometryRight, distinct = true, key }): Verdict => ({
    stereoRight,
    geometryRight,
    distinct,
    key,
  }));
  tell({ kind: 'done', id, verdicts, seconds: (performance.now() - begun) / 1000, model: ready.modelName });
}

/** A place in the table, and the draw that fills it: the conformer of this number among all that were begun. */
interface Slot {
  readonly slot: number;
  readonly draws: number;
  readonly place: number;
  readonly key: DrawKey;
}

interface Made extends Slot {
  readonly coordinates: Float32Array;
  readonly stereoRight: boolean;
  readonly geometryRight: boolean;
  distinct?: boolean;
}

/** One batch through both stages, every step told to the page. */
async function draw(
  { skeleton, hydrogens, rdkit }: Generator,
  molecule: Molecule,
  {
    id,
    seed,
    batch,
    settings,
  }: {
    readonly id: number;
    readonly seed: number;
    readonly batch: readonly Slot[];
    readonly settings: SamplerSettings;
  },
): Promise<Float32Array[]> {
  const conformers = batch.map(({ slot }) => slot);
  const draws = batch.map(({ key }) => key);
  const n = molecule.atoms.length;
  const heavy = molecule.skeletonCount;
  const { parent } = hydrogenParents(molecule);
  let first = true;

  function send(stage: 'skeleton' | 'hydrogens', t: number, coordinates: Float32Array[], speeds?: number[]): void {
    if (id !== latest) throw new Superseded();
    tell({ kind: 'frame', id, conformers, first, stage, t, coordinates, speeds });
    first = false;
  }

  /** All atoms of conformer b: hydrogens not made yet sit on their parents. */
  function complete(x: Float32Array, b: number): Float32Array {
    const all = new Float32Array(3 * n);
    const own = x.subarray(b * heavy * 3, (b + 1) * heavy * 3);
    all.set(own);
    for (let atom = heavy; atom < n; atom++) all.set(own.subarray(3 * parent[atom], 3 * parent[atom] + 3), 3 * atom);
    return all;
  }

  /** |v| of the skeleton of each conformer. */
  function speeds(x: Float32Array, data: Float32Array, t: number): number[] {
    return draws.map((_, b) => {
      const [from, to] = [b * heavy * 3, (b + 1) * heavy * 3];
      return rootMeanSquareSpeed(x.subarray(from, to), data.subarray(from, to), t);
    });
  }

  const skeletons = await sampleSkeletons({
    molecule,
    predictor: skeleton,
    seed,
    draws,
    settings,
    automorphisms: stereoAutomorphisms(rdkit, molecule),
    onFrame: ({ time, x, data }) =>
      send(
        'skeleton',
        time,
        draws.map((_, b) => complete(x, b)),
        time < 1 ? speeds(x, data, time) : undefined,
      ),
  });
  if (first)
    send(
      'skeleton',
      1,
      draws.map((_, b) => complete(skeletons, b)),
    );
  const all = await placeHydrogens({
    molecule,
    predictor: hydrogens,
    skeletons,
    seed,
    draws,
    onFrame: ({ time, x }) =>
      send(
        'hydrogens',
        time,
        draws.map((_, b) => x.slice(b * n * 3, (b + 1) * n * 3)),
      ),
  });
  return draws.map((_, b) => all.slice(b * n * 3, (b + 1) * n * 3));
}
