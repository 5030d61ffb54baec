/**
 * Conformers of a molecule, written to an SD file.
 *   npm install molflow
 *   node conformers.mjs "CC(=O)Oc1ccccc1C(=O)O" aspirin.sdf
 */
import { writeFile } from 'node:fs/promises';
import { conformerSdf, generate } from 'molflow';

const [smiles = 'CC(=O)Oc1ccccc1C(=O)O', file = 'conformers.sdf'] = process.argv.slice(2);

// The model is opened by the first call, and stays for the next molecule.
const result = await generate(smiles, { count: 5, seed: 1 });
for (const { coordinates, rmsdToFirst } of result.conformers)
  console.log(`${coordinates.length / 3} atoms, ${rmsdToFirst.toFixed(2)} Å from the first`);
const { delivered, asked, drawn } = result.report;
console.log(`${delivered} of ${asked} conformers from ${drawn} draws by ${result.model}`);
await writeFile(file, conformerSdf(result));
