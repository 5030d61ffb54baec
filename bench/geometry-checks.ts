/**
 * The geometry checks over reference ensembles: per cent of sound conformers refused, per cent of broken ones found, and
 * milliseconds a conformer. Exits with 1 where more than 0.1 % are refused or less than 99 % found.
 *
 *   npm run bench -- geometry-checks [--each 1] [--show 3] [--files more.sdf.gz,…]
 *
 * --files looks at these instead of the reference files.
 */
import { parseArgs } from 'node:util';
import { checkGeometry } from '../src/chem/geometry-checks.js';
import { loadRDKit } from '../src/chem/rdkit.js';
import { broken, WAYS } from './broken-geometry.js';
import { REFERENCE_FILES, referenceConformers } from './reference-conformers.js';

const { values } = parseArgs({
  options: {
    each: { type: 'string', default: '1' },
    show: { type: 'string', default: '3' },
    files: { type: 'string' },
  },
});
const [each, show] = [Number(values.each), Number(values.show)];
const tally = new Map(WAYS.map((way) => [way, { made: 0, caught: 0, shown: 0 }]));
let [index, conformers, alarms, milliseconds] = [0, 0, 0, 0];
const kinds = new Map<string, number>();
for await (const conformer of referenceConformers(await loadRDKit(), values.files?.split(',') ?? REFERENCE_FILES)) {
  if (index++ % each !== 0) continue;
  conformers++;
  const { molecule, plan, coordinates } = conformer;
  const started = performance.now();
  const { ok, problems } = checkGeometry(molecule, coordinates, plan);
  milliseconds += performance.now() - started;
  if (!ok) {
    alarms++;
    kinds.set(problems[0].kind, (kinds.get(problems[0].kind) ?? 0) + 1);
    if (alarms <= 10 * show) console.log(`refused: ${molecule.name} ${molecule.smiles} ${JSON.stringify(problems[0])}`);
    continue;
  }
  for (const way of WAYS) {
    const x = broken(way, conformer, index);
    if (!x) continue;
    const count = tally.get(way)!;
    count.made++;
    if (!checkGeometry(molecule, x, plan).ok) count.caught++;
    else if (count.shown++ < show) console.log(`missed: ${way} ${molecule.name} ${molecule.smiles}`);
  }
}
const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(3)} %`;
console.log(
  `${conformers} conformers: ${alarms} refused (${percent(alarms, conformers)}) ${JSON.stringify([...kinds])}`,
);
console.log(`${(milliseconds / conformers).toFixed(3)} ms a conformer`);
for (const [way, { made, caught }] of tally)
  console.log(`${way}: ${caught} of ${made} caught (${percent(caught, made)})`);
const missed = [...tally.values()].some(({ made, caught }) => caught < 0.99 * made);
if (missed || alarms > 0.001 * conformers) process.exitCode = 1;
