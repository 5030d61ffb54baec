/** The command and the page make the same records of a molecule and a seed: here by what the page's worker runs, in Node. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSdf, type SdfRecord } from '../../src/chem/io/sdf.js';
import { parseSmiles } from '../../src/chem/parse.js';
import { collectEvents } from '../../src/generation/finish.js';
import { generateConformers } from '../../src/generation/generate.js';
import type { Generator } from '../../src/generation/generator.js';
import { conformerRecords } from '../../src/generation/records.js';
import type { Phase } from '../../src/network/phase-names.js';
import { rmsdAligned } from '../../src/geometry/rmsd.js';
import { openGenerator } from '../../src/generation/open-generator.node.js';
import { lastFrame, type Conformer } from '../../viewer/src/data/trajectory.js';
import { answer } from '../../viewer/src/generate/answer.js';
import { createAssembly } from '../../viewer/src/generate/assemble.js';
import type { GenerateRequest } from '../../viewer/src/generate/protocol.js';
import { readRequest } from '../../viewer/src/generate/request.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const COUNT = 3;
const SEED = 5;
/** Drawn twice as often as asked for; with an open centre; with fewer shapes than asked for; without a skeleton to move. */
const MOLECULES = { aspirin: 'CC(=O)Oc1ccccc1C(=O)O', alanine: 'CC(N)C(=O)O', cyclohexane: 'C1CCCCC1', methane: 'C' };

let generator: Generator;
let folder: string;
const commanded: SdfRecord[] = [];
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'molflow-same-'));
  const [input, out] = [path.join(folder, 'in.smi'), path.join(folder, 'out.sdf')];
  await writeFile(
    input,
    Object.entries(MOLECULES)
      .map(([name, smiles]) => `${smiles} ${name}\n`)
      .join(''),
  );
  const args = ['--input', input, '-n', String(COUNT), '--seed', String(SEED), '--out', out, '--quiet'];
  await promisify(execFile)(process.execPath, [MAIN, 'generate', ...args]);
  for await (const record of readSdf([await readFile(out, 'utf8')])) commanded.push(record);
  generator = await openGenerator();
});
afterAll(async () => {
  await generator.dispose();
  await rm(folder, { recursive: true });
});

/** What the page shows in the end of what the worker tells it. */
async function shown(
  smiles: string,
  name: string,
  request?: Partial<GenerateRequest>,
  asked: Generator = generator,
): Promise<Conformer[]> {
  const assembly = createAssembly();
  const collector = collectEvents();
  await answer(
    asked,
    { kind: 'generate', id: 1, smiles, name, count: COUNT, seed: SEED, ...request },
    {
      signal: new AbortController().signal,
      tell(told) {
        const message = structuredClone(told);
        if (message.kind !== 'event') return;
        collector.observe(message.event);
        assembly.take(message.event);
      },
    },
  );
  return assembly.delivered(collector.finish());
}

it.each(Object.entries(MOLECULES))('of %s', async (name, smiles) => {
  const records = commanded.filter(({ structure }) => structure.name === name);
  const conformers = await shown(smiles, name);
  expect(records.length).toBeGreaterThan(0);
  expect(conformers).toHaveLength(records.length);
  conformers.forEach((conformer, i) => {
    expect([...conformer.fields]).toEqual([...records[i].fields]);
    const { coordinates, t } = lastFrame(conformer);
    expect(t).toBe(1);
    // The file has four decimals.
    coordinates.forEach((v, k) => expect(Math.abs(v - records[i].structure.coordinates![k])).toBeLessThan(1e-3));
  });
});

it('fast means the same to the page and to the command', async () => {
  const fast = await openGenerator({ model: 'molflow-fast' });
  const [conformer] = await shown(MOLECULES.aspirin, 'aspirin', { count: 1, quality: 'fast' }, fast);
  const molecule = parseSmiles(generator.rdkit, MOLECULES.aspirin);
  const { conformers } = await generateConformers(generator, molecule, { count: 1, seed: SEED, fast: true });
  expect([...lastFrame(conformer).coordinates]).toEqual([...conformers[0].coordinates]);
  await fast.dispose();
});

it('thorough means the same to the page and to the command', async () => {
  const link = readRequest(new URLSearchParams('smiles=aspirin&quality=thorough'));
  const [conformer] = await shown(MOLECULES.aspirin, 'aspirin', { count: 1, quality: link?.quality });
  const molecule = parseSmiles(generator.rdkit, MOLECULES.aspirin);
  const { conformers } = await generateConformers(generator, molecule, { count: 1, seed: SEED, thorough: true });
  expect([...lastFrame(conformer).coordinates]).toEqual([...conformers[0].coordinates]);
});

it('all stereoisomers are those of the library, each conformer with its own way', async () => {
  const options = { count: 2, enumerateStereo: true };
  const molecule = parseSmiles(generator.rdkit, MOLECULES.alanine, { name: 'alanine' });
  const records = conformerRecords(await generateConformers(generator, molecule, { seed: SEED, ...options }));
  const conformers = await shown(MOLECULES.alanine, 'alanine', options);
  expect(new Set(conformers.map(({ fields }) => fields.get('MOLFLOW_STEREOISOMER')))).toEqual(new Set(['1', '2']));
  expect(conformers.map(({ label, fields }) => [label, ...fields])).toEqual(
    records.map(({ fields = [] }, k) => [
      String(k + 1),
      ...Array.from(fields, ([name, value]) => [name, String(value)]),
    ]),
  );
  for (const [k, conformer] of conformers.entries()) {
    expect([...lastFrame(conformer).coordinates]).toEqual(Array.from(records[k].coordinates));
    // From the noise on: the frame before the last is no other conformer's.
    const [first, before] = [conformer.frames[0], conformer.frames[conformer.frames.length - 2]];
    expect([first.t, first.stage]).toEqual([0, 'skeleton']);
    expect(rmsdAligned(before.coordinates, lastFrame(conformer).coordinates, molecule.atoms.length)).toBeLessThan(0.5);
  }
});

it('the phase that a link asks for is that of the records, where the model was trained on it', async () => {
  const phase = readRequest(new URLSearchParams('smiles=C&phase=water'))?.phase;
  expect(readRequest(new URLSearchParams('smiles=C&phase=ether'))).not.toHaveProperty('phase');
  const trained = (...phases: Phase[]): Promise<Conformer[]> =>
    shown('C', 'methane', { count: 1, phase }, { ...generator, phases });
  const [conformer] = await trained('gas', 'water');
  expect(conformer.fields.get('MOLFLOW_PHASE')).toBe('water');
  await expect(trained('gas')).rejects.toThrow(/was not trained on conformers in water/);
});

it('an open centre’s hand is in its record', () => {
  const hands = commanded.filter(({ structure }) => structure.name === 'alanine').map(({ fields }) => fields);
  hands.forEach((fields) => expect(fields.get('MOLFLOW_SMILES')).toMatch(/^C\[C@@?H\]\(N\)C\(=O\)O$/));
});
