/** molflow dataset: converts public data sets to SD files, makes reference ensembles, and counts what files contain. */
import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { InputError } from '../chem/io/input-error.js';
import { openTextOutput } from '../chem/io/output.node.js';
import { loadRDKit } from '../chem/rdkit.js';
import { importEnsembles, type ImportCounts } from '../dataset/import/import.js';
import { IMPORT_FORMATS, openSources, type ImportFormat } from '../dataset/import/open.js';
import { readNpySplit, readSplit, titlesOfSplit } from '../dataset/import/split.js';
import { datasetStatistics, type Range } from '../dataset/import/statistics.js';
import { printableJson } from '../files/printable.js';
import { mirrorImages } from '../dataset/mirror-images.js';
import { readEnsembles } from '../dataset/read-ensembles.js';
import { wholeFrom } from './arguments.js';
import { datasetMakeCommand } from './dataset-make.js';
import { EXIT } from './exit-codes.js';
import { interruption, keeps } from './interrupt.js';
import { print, printNote } from './print.js';
import { refuseSharedFiles } from './shared-files.js';

interface ImportFlags {
  readonly out: string;
  readonly format?: ImportFormat;
  readonly split?: string;
  readonly max?: number;
  readonly maxConformers?: number;
  readonly clobber: boolean;
  readonly force?: boolean;
}

const whole = wholeFrom(1);

export function datasetCommand(): Command {
  const command = new Command('dataset').description(
    'convert public data sets to SD files, make reference ensembles, and count what such files contain',
  );
  command
    .command('import')
    .description(
      "convert GEOM's msgpack, QM9's extended XYZ (files or their folder) and SD files to SD files with one title a molecule",
    )
    .argument('<input...>', '.msgpack, .xyz, .sdf, each also with .gz, or folders of such')
    .requiredOption('--out <file>', 'SD file to write, .sdf or .sdf.gz')
    .addOption(new Option('--format <name>', 'format of the input (default: by extension)').choices(IMPORT_FORMATS))
    .option(
      '--split <file>',
      'keep only these molecules: a list of SMILES or titles (.txt, .csv), or of indices into the sorted titles (.txt, .npy)',
    )
    .option('--max <n>', 'stop after n molecules', whole)
    .option('--max-conformers <n>', 'only the first n conformers of a molecule', whole)
    .option('--force', 'begin anew, although an import that was ended has left its part file')
    .option('--no-clobber', 'refuse to replace an output that exists')
    .action(runImport);
  command.addCommand(datasetMakeCommand());
  command
    .command('stats')
    .description('count molecules, conformers, elements and sizes of SD files')
    .argument('<file...>', 'SD files of conformers, all hydrogens explicit')
    .option(
      '--mirror-images',
      'completeness of ensembles: of the conformers of molecules without stereocentres, the share whose mirror image is in the ensemble too',
    )
    .option('--json', 'print JSON')
    .action(runStats);
  return command;
}

async function runImport(inputs: string[], flags: ImportFlags, command: Command): Promise<void> {
  await refuseSharedFiles(command, {
    inputs: { input: inputs, '--split': flags.split },
    outputs: { '--out': flags.out },
  });
  const skipped: string[] = [];
  const onSkip = (reason: string): void => void skipped.push(reason);
  const { format, max, maxConformers } = flags;
  const keep = flags.split === undefined ? undefined : await readKept(flags.split, inputs, format);
  const counts: ImportCounts = { molecules: 0, conformers: 0, skippedMolecules: 0, skippedConformers: 0 };
  const { clobber, force } = flags;
  const out = await openTextOutput(flags.out, { clobber, force });
  let cutShort: InputError | undefined;
  keeps(() => `what was imported is in ${flags.out}.part; --force begins anew`);
  try {
    const ensembles = openSources(inputs, { format, onSkip });
    for await (const text of importEnsembles({
      rdkit: await loadRDKit(),
      ensembles,
      max,
      maxConformers,
      keep,
      onSkip,
      counts,
    })) {
      await out.write(text);
      if (interruption.aborted) break;
      if (counts.molecules % 1000 === 0) printNote(`${counts.molecules} molecules, ${counts.conformers} conformers`);
    }
  } catch (error) {
    // Of a truncated file, the molecules read so far are kept.
    if (!(error instanceof InputError) || counts.molecules === 0) {
      await out.leave();
      throw error;
    }
    cutShort = error;
  }
  if (interruption.aborted) {
    await out.leave();
    return;
  }
  await out.close();
  skipped.slice(0, 5).forEach((reason) => printNote(`skipped: ${reason}`));
  printNote(
    `${flags.out}: ${counts.molecules} molecules, ${counts.conformers} conformers; left out ${counts.skippedMolecules} molecules and ${counts.skippedConformers} conformers`,
  );
  if (counts.molecules === 0) throw new Error('nothing was imported');
  if (cutShort === undefined) return;
  printNote(`molflow: ${cutShort.message}; what follows is not imported`);
  process.exitCode = EXIT.partly;
}

async function readKept(
  file: string,
  inputs: readonly string[],
  format: ImportFormat | undefined,
): Promise<ReadonlySet<string>> {
  const bytes = await readFile(file);
  const split = /\.npy$/i.test(file) ? readNpySplit(bytes) : readSplit(bytes.toString());
  const titles: string[] = [];
  // Indices refer to the sorted titles of the whole data set, so it is read once for them.
  if (split.kind === 'indices') for await (const { title } of openSources(inputs, { format })) titles.push(title);
  return titlesOfSplit(split, titles);
}

async function runStats(
  files: string[],
  { json = false, mirrorImages: mirrored = false }: { json?: boolean; mirrorImages?: boolean },
): Promise<void> {
  const rdkit = await loadRDKit();
  const skipped: string[] = [];
  const images = { conformers: 0, present: 0 };
  const statistics = await datasetStatistics(
    (async function* () {
      for (const file of files) {
        if (file.endsWith('.molflow'))
          throw new Error(`${file} is a packed data set; give the SD files that it was made from`);
        for await (const ensemble of readEnsembles({ rdkit, file, onSkip: (reason) => skipped.push(reason) })) {
          if (mirrored) {
            const { conformers, present } = mirrorImages(rdkit, ensemble);
            images.conformers += conformers;
            images.present += present;
          }
          yield ensemble;
        }
      }
    })(),
  );
  skipped.slice(0, 5).forEach((reason) => printNote(`skipped: ${reason}`));
  if (statistics.molecules === 0) throw new Error(`${files.join(', ')}: no molecule could be read`);
  if (json) {
    print(`${printableJson({ ...statistics, ...(mirrored && { mirrorImages: images }), skipped: skipped.length })}\n`);
    return;
  }
  const range = ({ least, mean, most }: Range): string => `${least} to ${most}, mean ${mean.toFixed(1)}`;
  const { molecules } = statistics;
  const share = (count: number): string => `${count} (${((100 * count) / molecules).toFixed(1)} %)`;
  print(
    [
      `molecules               ${molecules}`,
      `conformers              ${statistics.conformers}`,
      `conformers a molecule   ${range(statistics.conformersPerMolecule)}`,
      `atoms                   ${range(statistics.atoms)}`,
      `heavy atoms             ${range(statistics.heavyAtoms)}`,
      `elements                ${statistics.elements.map(([symbol, count]) => `${symbol} ${count}`).join('  ')}`,
      `with stereo             ${share(statistics.stereo)}`,
      `with rings              ${share(statistics.cyclic)}`,
      `charged                 ${share(statistics.charged)}`,
      `by heavy atoms          ${statistics.sizes.map(([size, count]) => `${size}: ${count}`).join('  ')}`,
      ...(mirrored
        ? [
            `mirror images there     ${images.present} of ${images.conformers} (${((100 * images.present) / Math.max(1, images.conformers)).toFixed(1)} %)`,
          ]
        : []),
      ...(skipped.length > 0 ? [`skipped                 ${skipped.length}`] : []),
      '',
    ].join('\n'),
  );
}
