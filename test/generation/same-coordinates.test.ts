/** What users keep a seed for: twenty molecules come out as they came out before, in fields and coordinates. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readSdf, type SdfRecord } from '../../src/chem/io/sdf.js';
import { parseSmiles } from '../../src/chem/parse.js';
import { generateConformers } from '../../src/generation/generate.js';
import { openGenerator } from '../../src/generation/open-generator.node.js';
import { conformerSdf } from '../../src/generation/records.js';

const read = (name: string) => readFileSync(new URL(`./${name}`, import.meta.url), 'utf8');

/** Other weights, or other settings of the sampler, are written down by this, and CHANGELOG says so. */
const AGAIN =
  'molflow generate --input test/generation/twenty.smi -n 1 --seed 7 --force --out test/generation/twenty.sdf';

/** Å. Processors add in different orders; another draw, or one step more, is farther away. */
const TOLERANCE = 0.01;

async function records(text: string): Promise<SdfRecord[]> {
  const all: SdfRecord[] = [];
  for await (const record of readSdf([text])) all.push(record);
  return all;
}

it('twenty molecules have the coordinates that they had', async () => {
  const before = await records(read('twenty.sdf'));
  const molecules = read('twenty.smi').trim().split('\n');
  expect(before).toHaveLength(molecules.length);
  const generator = await openGenerator();
  try {
    for (const [i, line] of molecules.entries()) {
      const [smiles = '', ...words] = line.split(' ');
      const molecule = parseSmiles(generator.rdkit, smiles, { name: words.join(' ') });
      const [now] = await records(conformerSdf(await generateConformers(generator, molecule, { count: 1, seed: 7 })));
      const { structure, fields } = before[i];
      const why = `${line}: if that is meant, ${AGAIN}`;
      expect([now.structure.name, ...now.fields], why).toEqual([structure.name, ...fields]);
      const apart = structure.coordinates!.map((x, k) => Math.abs(x - now.structure.coordinates![k]));
      expect(Math.max(...apart), why).toBeLessThan(TOLERANCE);
    }
  } finally {
    await generator.dispose();
  }
});
