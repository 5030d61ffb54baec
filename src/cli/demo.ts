/** molflow demo: flow matching in the plane, as a page to look at. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { openEngine } from '../engine/open.node.js';
import { writeWholeFile } from '../files/output-file.js';
import { runPlayground, type PlaygroundResult } from '../playground/experiment.js';
import { pathsFigure, qualityFigure } from '../playground/figures.js';
import { playgroundPage } from '../playground/page.js';
import { COUPLINGS, type Coupling } from '../playground/pairing.js';
import { wholeFrom } from './arguments.js';
import { printNote } from './print.js';

interface Flags {
  readonly out: string;
  readonly coupling: Coupling | 'all';
  readonly objective: 'flow' | 'diffusion' | 'both' | 'none';
  readonly reflow: boolean;
  readonly steps: number;
  readonly seed: number;
  readonly seconds?: number;
  readonly figures?: string;
  readonly quiet?: boolean;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('expected a number above 0.');
  return value;
}

export function demoCommand(): Command {
  const plane = new Command('2d')
    .description('eight Gaussians to two moons: couplings, diffusion and reflow, trained on the spot, as one HTML page')
    .option('-o, --out <page.html>', 'the page', 'playground.html')
    .addOption(
      new Option('--coupling <coupling>', 'how noise and data are paired')
        .choices([...COUPLINGS, 'all'])
        .default('all'),
    )
    .addOption(
      new Option('--objective <objective>', 'what is compared from Gaussian noise, by quality against steps')
        .choices(['flow', 'diffusion', 'both', 'none'])
        .default('both'),
    )
    .option('--no-reflow', 'leave out rectified flow')
    .option('--steps <n>', 'training steps of each network', wholeFrom(1), 1000)
    .option('--seed <n>', 'the same seed gives the same page', wholeFrom(0), 0)
    .option('--seconds <s>', 'end each training after so long; the page then depends on the machine', positive)
    .option('--figures <folder>', 'also write the figures as SVG files')
    .option('-q, --quiet', 'no progress')
    .action(run);
  return new Command('demo').description('flow matching on toys').addCommand(plane);
}

async function run({ out, coupling, objective, reflow, steps, seed, seconds, figures, quiet }: Flags): Promise<void> {
  const result = await runPlayground({
    engine: await openEngine(),
    couplings: coupling === 'all' ? COUPLINGS : [coupling],
    objectives: objective === 'both' ? ['flow', 'diffusion'] : objective === 'none' ? [] : [objective],
    reflow,
    steps,
    seed,
    ...(seconds !== undefined && { seconds }),
    onTraining: (label) => {
      if (!quiet) printNote(`training: ${label}`);
    },
  });
  await mkdir(path.dirname(out), { recursive: true });
  await writeWholeFile(out, playgroundPage(result));
  if (figures !== undefined) await writeFigures(figures, result);
  if (!quiet) printNote(out);
}

async function writeFigures(folder: string, { couplings, reflow, objectives, floor }: PlaygroundResult): Promise<void> {
  await mkdir(folder, { recursive: true });
  const write = (name: string, text: string) => writeWholeFile(path.join(folder, `${name}.svg`), text);
  for (const { label, curvature, paths } of couplings) {
    await write(
      `paths-${label}`,
      pathsFigure(paths, { title: `${label}: curvature ${curvature.toFixed(3)}`, count: 80 }),
    );
  }
  if (couplings.length > 0)
    await write('quality-couplings', qualityFigure({ curves: couplings.map((c) => c.quality), floor }));
  if (reflow) {
    const { after, before } = reflow;
    await write(
      'paths-reflow',
      pathsFigure(after.paths, { title: `after reflow: curvature ${after.curvature.toFixed(3)}`, count: 80 }),
    );
    await write('quality-reflow', qualityFigure({ curves: [before.quality, after.quality], floor }));
  }
  if (objectives.length > 0) await write('quality-objectives', qualityFigure({ curves: objectives, floor }));
}
