/**
 * Whether the model's density ranks conformers by energy: rank correlation, within each molecule, between the log
 * likelihood of the reference minima and their Boltzmann weights.
 *
 *   npm run bench -- likelihood --reference qm9-val.sdf.gz [--model FILE] [--molecules 20] [--divergence exact]
 *
 * The reference needs the field BOLTZMANN_WEIGHT_298K or RELATIVE_ENERGY_KCAL_MOL; molecules with fewer than three
 * conformers are left out. MMFF94s energies of the same geometries are ranked beside. The p-value is by permutation.
 */
import { parseArgs } from 'node:util';
import { createForceField, MMFF94Error } from '../src/chem/mmff94.js';
import { openText } from '../src/chem/io/open.node.js';
import { recordGroups } from '../src/chem/io/record-groups.js';
import { readSdf, type SdfRecord } from '../src/chem/io/sdf.js';
import { moleculeFromStructure } from '../src/chem/parse.js';
import { createRandom, type Random } from '../src/flow/random.js';
import { conformerLogLikelihood } from '../src/generation/log-likelihood.js';
import { openGenerator } from '../src/generation/open-generator.node.js';

const { values } = parseArgs({
  options: {
    reference: { type: 'string' },
    model: { type: 'string', default: 'models/molflow-base.safetensors' },
    molecules: { type: 'string', default: '20' },
    divergence: { type: 'string', default: 'exact' },
  },
});
if (!values.reference) throw new Error('give --reference, an SD file of minima with their Boltzmann weights');
const divergence = values.divergence === 'hutchinson' ? 'hutchinson' : 'exact';
const most = Number(values.molecules);

/** Larger is more populated. */
function populationOf({ fields, line }: SdfRecord): number {
  // Weights are rounded: energies tell the least populated apart.
  const [energy, weight] = [fields.get('RELATIVE_ENERGY_KCAL_MOL'), fields.get('BOLTZMANN_WEIGHT_298K')];
  const value = energy !== undefined ? -Number(energy) : Number(weight ?? NaN);
  if (Number.isFinite(value)) return value;
  throw new Error(`${values.reference}, line ${line}: no number in RELATIVE_ENERGY_KCAL_MOL or BOLTZMANN_WEIGHT_298K`);
}

/** Ranks from 0, equal values sharing their mean. */
function ranks(x: readonly number[]): number[] {
  return x.map((v) => x.filter((other) => other < v).length + (x.filter((other) => other === v).length - 1) / 2);
}

/** Spearman's ρ: Pearson's correlation of the ranks. */
function spearman(x: readonly number[], y: readonly number[]): number {
  const [p, q] = [ranks(x), ranks(y)];
  const middle = (x.length - 1) / 2;
  const product = (a: number[], b: number[]) => a.reduce((sum, v, i) => sum + (v - middle) * (b[i] - middle), 0);
  return product(p, q) / Math.sqrt(product(p, p) * product(q, q));
}

const mean = (x: readonly number[]) => x.reduce((sum, v) => sum + v, 0) / x.length;

function shuffled(x: readonly number[], random: Random): number[] {
  const out = [...x];
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}

interface Ranked {
  readonly populations: readonly number[];
  readonly scores: readonly number[];
}

function tell(name: string, all: readonly Ranked[]): void {
  const each = all.map(({ scores, populations }) => spearman(scores, populations));
  const random = createRandom(1);
  const resampled = Array.from({ length: 2000 }, () => mean(each.map(() => each[random.integer(each.length)]))).sort(
    (a, b) => a - b,
  );
  const chance = Array.from({ length: 2000 }, () =>
    mean(all.map(({ scores, populations }) => spearman(shuffled(scores, random), populations))),
  );
  const p = (1 + chance.filter((v) => v >= mean(each)).length) / (1 + chance.length);
  const best = all.map(({ scores, populations }) =>
    Number(scores.indexOf(Math.max(...scores)) === populations.indexOf(Math.max(...populations))),
  );
  const bestByChance = mean(all.map(({ scores }) => 1 / scores.length));
  process.stdout.write(
    `${name}: mean Spearman ${mean(each).toFixed(3)} (95 % of resampled molecules ${resampled[50].toFixed(3)} to ${resampled[1949].toFixed(3)}; shuffled ${mean(chance).toFixed(3)}, p = ${p.toFixed(4)}); ` +
      `lowest minimum ranked first in ${(100 * mean(best)).toFixed(0)} % (by chance ${(100 * bestByChance).toFixed(0)} %), ${all.length} molecules\n`,
  );
}

const generator = await openGenerator({ model: values.model });
const densities: Ranked[] = [];
const forceField: Ranked[] = [];
let conformers = 0;
const start = performance.now();
for await (const group of recordGroups(readSdf(await openText(values.reference)))) {
  if (densities.length === most) break;
  if (group.length < 3) continue;
  const { molecule, order } = moleculeFromStructure(generator.rdkit, group[0].structure);
  if (molecule.skeletonCount < 3) continue;
  const populations = group.map(populationOf);
  const coordinates = group.map(({ structure }) =>
    Float32Array.from([...order].flatMap((i) => [...structure.coordinates!.subarray(3 * i, 3 * i + 3)])),
  );
  const scores: number[] = [];
  for (const x of coordinates)
    scores.push((await conformerLogLikelihood({ generator, molecule, coordinates: x, divergence })).logLikelihood);
  conformers += scores.length;
  densities.push({ populations, scores });
  try {
    const field = await createForceField(molecule);
    forceField.push({ populations, scores: coordinates.map((x) => -field.energy(x)) });
  } catch (error) {
    if (!(error instanceof MMFF94Error)) throw error;
  }
  if (densities.length % 5 === 0)
    process.stderr.write(`${densities.length} molecules, ${((performance.now() - start) / 1000).toFixed(0)} s\n`);
}
await generator.dispose();
process.stdout.write(
  `${conformers} conformers of ${densities.length} molecules, ${generator.modelName}, ${divergence} divergence\n`,
);
tell('log p', densities);
tell('MMFF94s', forceField);
