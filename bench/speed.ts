/**
 * Milliseconds a conformer by molecule size: molflow beside its peers, in one run on one machine.
 *
 *   npm run bench -- speed [--model FILE] [--steps 5,20] [--count 20] [--sizes 10,20,40,60] [--peers all|none|NAME,…]
 *                          [--reference refs.sdf.gz] [--repeat 1] [--threads 1] [--distinct Å] [--out FILE.json]
 *
 * With --distinct times are of each distinct conformer: molflow with its default settings delivers as the command does,
 * checked and pruned at this RMSD, up to --count of them; the peers make --count, of which those count that lie so far
 * apart (the search for these is not part of their time). Without it a conformer is one draw, as it comes.
 *
 * --reference adds all molecules of a file together: --count conformers of each, by default twice its references. Each
 * program makes the conformers of a molecule, or of the file, in a process of its own. With --repeat the programs take
 * turns, and the median counts. molflow and OpenChemLib run in Node: a first run, compilation included, is reported as
 * `first`, a second one is measured. On a busy machine compare processor time rather than the clock. Ratios are of
 * processor time, above 1 where molflow is faster.
 */
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { parseSmiles } from '../src/chem/parse.js';
import { loadRDKit, type RDKitModule } from '../src/chem/rdkit.js';
import { provenanceOf } from '../src/cli/evaluate/provenance.js';
import { readEnsembles } from '../src/dataset/read-ensembles.js';
import { openEngine } from '../src/engine/open.node.js';
import type { ConformerSet } from '../src/evaluation/conformer-sets.js';
import { openBabel } from '../src/evaluation/peers/openbabel.node.js';
import { openChemLib } from '../src/evaluation/peers/openchemlib.node.js';
import { PeerUnavailable, type PeerMolecule } from '../src/evaluation/peers/peer.js';
import { etkdg, etkdgMmff } from '../src/evaluation/peers/rdkit.node.js';
import { prepareReference } from '../src/evaluation/score-molecule.js';
import { groupByRmsd } from '../src/generation/choose.js';
import { createGenerator } from '../src/generation/generator.js';
import { generateConformers } from '../src/generation/generate.js';
import { readModel } from '../src/network/model.js';

/** Number of heavy atoms, by which MOLECULES names a molecule; or all molecules of --reference. */
type Size = number | 'reference';

const PEERS = [etkdg, etkdgMmff, openChemLib, openBabel];

const oligoalanine = (n: number): string => `${'N[C@@H](C)C(=O)'.repeat(n)}O`;
/** By heavy atoms. */
const MOLECULES: Readonly<Record<number, readonly [name: string, smiles: string]>> = {
  5: ['glycine', 'NCC(=O)O'],
  10: ['glutamine', 'N[C@@H](CCC(N)=O)C(=O)O'],
  20: ['glutathione', 'N[C@@H](CCC(=O)N[C@@H](CS)C(=O)NCC(=O)O)C(=O)O'],
  40: ['leucine-enkephalin', 'CC(C)C[C@H](NC(=O)[C@H](Cc1ccccc1)NC(=O)CNC(=O)CNC(=O)[C@@H](N)Cc1ccc(O)cc1)C(=O)O'],
  61: ['dodecaalanine', oligoalanine(12)],
  101: ['icosaalanine', oligoalanine(20)],
};

interface Figure {
  readonly made: number;
  readonly ms: number;
  readonly cpuMs: number;
  /** The first call by the clock, ms, with starting, loading and compiling. */
  readonly first?: number | undefined;
  /** Bytes. */
  readonly peakMemory?: number | undefined;
  readonly unavailable?: string | undefined;
}

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    steps: { type: 'string', default: '5,20' },
    count: { type: 'string' },
    sizes: { type: 'string', default: '10,20,40,60' },
    peers: { type: 'string', default: 'all' },
    reference: { type: 'string' },
    repeat: { type: 'string', default: '1' },
    threads: { type: 'string', default: '1' },
    distinct: { type: 'string' },
    out: { type: 'string' },
    child: { type: 'string' },
  },
});
const count = Number(values.count ?? 20);
const threads = Number(values.threads);
const distinct = values.distinct === undefined ? undefined : Number(values.distinct);
/** Molflow as its command is used by default. */
const DELIVERED = 'molflow, as delivered';
const list = (text: string): string[] => text.split(',').filter(Boolean);

if (values.child !== undefined) {
  const [program, size] = JSON.parse(values.child) as [string, Size];
  process.stdout.write(JSON.stringify(await measure(program, await moleculesOf(size))));
} else await compare();

async function compare(): Promise<void> {
  const sizes: Size[] = [
    ...list(values.sizes).map((asked) => nearest(Number(asked))),
    ...(values.reference ? ['reference' as const] : []),
  ];
  const known = PEERS.map(({ name }) => name);
  const peers = values.peers === 'none' ? [] : values.peers === 'all' ? known : list(values.peers);
  const own = distinct === undefined ? list(values.steps).map((steps) => `molflow, ${steps} steps`) : [DELIVERED];
  const programs = [...(values.model ? own : []), ...peers];
  if (!values.model) console.log('no --model: the peers alone');
  console.log(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}, ${threads} thread(s), ${values.count ?? '20, of a file twice as many as it holds,'} conformers asked of each\n`,
  );
  const rows: Record<string, unknown>[] = [];
  for (const size of sizes) {
    const name = size === 'reference' ? path.basename(values.reference!) : MOLECULES[size][0];
    console.log(size === 'reference' ? `all molecules of ${name}` : `${name}, ${size} heavy atoms`);
    let own: number | undefined;
    const turns = Array.from({ length: Number(values.repeat) }, () =>
      programs.map((program) => inChild(program, size)),
    );
    for (const [k, program] of programs.entries()) {
      const figure = middle(turns.map((turn) => turn[k]));
      if ('failure' in figure) console.log(`  ${program.padEnd(20)} failed: ${figure.failure}`);
      else if (figure.unavailable) console.log(`  ${program.padEnd(20)} skipped: ${figure.unavailable}`);
      else {
        // Open Babel's processor time is not known: the clock stands for it.
        const cost = Number.isFinite(figure.cpuMs) && figure.cpuMs !== null ? figure.cpuMs : figure.ms;
        own ??= program.startsWith('molflow') ? cost : undefined;
        console.log(
          `  ${program.padEnd(20)} ${figure.ms.toFixed(2).padStart(9)} ms ${cost.toFixed(2).padStart(9)} ms processor ${(1000 / figure.ms).toFixed(1).padStart(8)} conformers/s` +
            `${own === undefined ? '' : ` ${(cost / own).toFixed(2).padStart(7)} ×`}  ${figure.made} made` +
            `${figure.first === undefined ? '' : `, first call ${figure.first.toFixed(0)} ms`}${figure.peakMemory ? `, peak ${(figure.peakMemory / 2 ** 20).toFixed(0)} MiB` : ''}`,
        );
        rows.push({ program, molecule: name, ...(size !== 'reference' && { heavyAtoms: size }), threads, ...figure });
      }
    }
  }
  if (values.out)
    await writeFile(
      values.out,
      `${JSON.stringify(
        {
          command: `npm run bench -- speed ${process.argv
            .slice(2)
            .map((word) => path.basename(word))
            .join(' ')}`,
          ...(await provenanceOf(values.model ? { [path.basename(values.model, '.safetensors')]: values.model } : {})),
          processor: cpus()[0]?.model,
          cores: cpus().length,
          node: process.version,
          rows,
        },
        null,
        1,
      )}\n`,
    );
}

function nearest(asked: number): number {
  return Object.keys(MOLECULES)
    .map(Number)
    .reduce((best, size) => (Math.abs(size - asked) < Math.abs(best - asked) ? size : best));
}

/** The figure of median time, or the first failure. */
function middle(figures: readonly (Figure | { failure: string })[]): Figure | { failure: string } {
  const isTimed = (figure: Figure | { failure: string }): figure is Figure =>
    !('failure' in figure) && !figure.unavailable;
  const timed = figures.filter(isTimed).sort((a, b) => a.ms - b.ms);
  return timed.length < figures.length ? figures.find((figure) => !isTimed(figure))! : timed[timed.length >> 1];
}

function inChild(program: string, size: Size): Figure | { failure: string } {
  const args = [
    '--child',
    JSON.stringify([program, size]),
    ...(values.count ? ['--count', values.count] : []),
    '--threads',
    values.threads,
    ...(values.model ? ['--model', values.model] : []),
    ...(values.reference ? ['--reference', values.reference] : []),
    ...(values.distinct ? ['--distinct', values.distinct] : []),
  ];
  const { stdout, stderr, status } = spawnSync(process.execPath, [process.argv[1], ...args], {
    encoding: 'utf8',
    timeout: 600_000,
  });
  if (status !== 0) return { failure: stderr.trim().split('\n').at(-1) ?? 'no reason given, or more than ten minutes' };
  return JSON.parse(stdout) as Figure;
}

async function moleculesOf(size: Size): Promise<PeerMolecule[]> {
  if (size !== 'reference') return [{ title: MOLECULES[size][0], smiles: MOLECULES[size][1], count }];
  const molecules: PeerMolecule[] = [];
  for await (const { molecule, conformers } of readEnsembles({ rdkit: await loadRDKit(), file: values.reference! }))
    molecules.push({ title: molecule.name, smiles: molecule.smiles, count: values.count ? count : 2 * conformers });
  return molecules;
}

async function measure(program: string, molecules: readonly PeerMolecule[]): Promise<Figure> {
  const steps = /^molflow, (\d+) steps$/.exec(program)?.[1];
  if (steps !== undefined || program === DELIVERED) {
    const started = performance.now();
    const rdkit = await loadRDKit();
    const engine = await openEngine({ threads: threads || cpus().length });
    const generator = createGenerator({ rdkit, model: readModel(await readFile(values.model!), values.model), engine });
    const generateAll = async () => {
      let made = 0;
      for (const { title, smiles, count: asked } of molecules) {
        const options =
          steps === undefined
            ? { count: asked, rmsd: distinct, seed: 7 }
            : { count: asked, steps: Number(steps), plain: true, seed: 7 };
        made += (await generateConformers(generator, parseSmiles(rdkit, smiles, { name: title }), options)).conformers
          .length;
      }
      return made;
    };
    await generateAll();
    const first = performance.now() - started;
    const [clock, cpu] = [performance.now(), process.cpuUsage()];
    const made = await generateAll();
    const [ms, used] = [performance.now() - clock, process.cpuUsage(cpu)];
    await generator.dispose();
    return {
      made,
      ms: ms / made,
      cpuMs: (used.user + used.system) / 1e3 / made,
      first,
      peakMemory: 1024 * process.resourceUsage().maxRSS,
    };
  }
  const peer = PEERS.find(({ name }) => name === program)!;
  const request = { molecules, seed: 7, threads };
  try {
    const started = performance.now();
    const inNode = peer === openChemLib;
    if (inNode) await peer.generate(request);
    const first = inNode ? performance.now() - started : undefined;
    const { conformers, made: all, seconds, cpuSeconds, peakMemory } = await peer.generate(request);
    const made = distinct === undefined ? all : distinctOf(await loadRDKit(), [...conformers.values()], distinct);
    return {
      made,
      ms: (1e3 * seconds) / made,
      cpuMs: (1e3 * cpuSeconds) / made,
      first,
      peakMemory: inNode ? 1024 * process.resourceUsage().maxRSS : peakMemory,
    };
  } catch (error) {
    if (error instanceof PeerUnavailable) return { made: 0, ms: NaN, cpuMs: NaN, unavailable: error.message };
    throw error;
  }
}

/** How many of the conformers of each molecule lie at least `threshold` Å from every one before. */
function distinctOf(rdkit: RDKitModule, molecules: readonly (readonly ConformerSet[])[], threshold: number): number {
  return molecules.reduce((sum, sets) => {
    const { conformers, permutations } = prepareReference(rdkit, sets);
    return sum + groupByRmsd({ conformers, permutations }, threshold).length;
  }, 0);
}
