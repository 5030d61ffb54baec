/**
 * The bounds of the geometry checks, from reference ensembles (GFN2-xTB minima): the least and largest length of every
 * kind of bond, written as src/chem/bond-length-table.ts, and the distribution of every other measure, which the
 * constants of src/chem/geometry-checks.ts are chosen from.
 *
 *   npm run bench -- geometry-bounds [--write] [--worst 3]
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { planeDeviation } from '../src/chem/geometry-measures.js';
import { loadRDKit } from '../src/chem/rdkit.js';
import { angle, distance, signedVolume } from '../src/geometry/internal-coordinates.js';
import { REFERENCE_FILES, referenceConformers } from './reference-conformers.js';

const { values } = parseArgs({ options: { write: { type: 'boolean' }, worst: { type: 'string', default: '0' } } });
const seen = new Map<string, { value: number; molecule: string }[]>();
const add = (measure: string, value: number, molecule: string): void => {
  const list = seen.get(measure);
  if (list) list.push({ value, molecule });
  else seen.set(measure, [{ value, molecule }]);
};
let conformers = 0;
for await (const { molecule, plan, coordinates: x } of referenceConformers(await loadRDKit(), REFERENCE_FILES)) {
  conformers++;
  const of = `${molecule.name} ${molecule.smiles}`;
  for (const { kind, a, b } of plan.bonds) add(`bond ${kind}`, distance(x, a, b), of);
  for (const { atoms, ringSize } of plan.straight)
    add(`straight, ring of ${ringSize}`, 180 - (angle(x, ...atoms) * 180) / Math.PI, of);
  for (const plane of plan.planes) add(`plane ${plane.kind}`, planeDeviation(x, plane), of);
  for (const { kind, atom, around } of plan.flat) add(`flat ${kind}`, Math.abs(signedVolume(x, atom, ...around)), of);
}
console.log(`${conformers} conformers`);
const lengths: [string, number, number, number][] = [];
for (const [measure, list] of [...seen].sort(([a], [b]) => (a < b ? -1 : 1))) {
  list.sort((a, b) => a.value - b.value);
  const at = (share: number): number => list[Math.min(list.length - 1, Math.floor(share * list.length))].value;
  const row = [0, 0.0001, 0.5, 0.99, 0.999, 0.9999, 1].map((share) => at(share).toFixed(3));
  console.log([measure, list.length, ...row].join('\t'));
  for (const { value, molecule } of list.slice(list.length - Number(values.worst)))
    console.log(`    ${value.toFixed(3)} ${molecule}`);
  // One bond in two thousand is left out at either end: outliers set no bound.
  if (measure.startsWith('bond ')) lengths.push([measure.slice(5), list.length, at(0.0005), at(0.9995)]);
}
if (values.write) {
  const rows = lengths.map(([kind, n, low, high]) => `  ['${kind}', ${n}, ${low.toFixed(3)}, ${high.toFixed(3)}],`);
  writeFileSync(
    'src/chem/bond-length-table.ts',
    `/**
 * Lengths of bonds in the ensembles of molecules/ (GFN2-xTB minima, ${conformers} conformers), by \`npm run bench -- geometry-bounds
 * --write\`: the kind (see \`bondKind\`), how many there were, the least and the largest in Å but for one in two thousand.
 */
export const BOND_LENGTHS: readonly (readonly [kind: string, count: number, least: number, largest: number])[] = [
${rows.join('\n')}
];
`,
  );
}
