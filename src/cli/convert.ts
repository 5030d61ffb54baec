/** molflow convert: conformers of an SD file in another format, also one file a molecule. */
import path from 'node:path';
import { Command } from 'commander';
import type { ConformerRecord } from '../chem/io/conformer-record.js';
import type { OutputFormat } from '../chem/io/output.node.js';
import { EXIT } from './exit-codes.js';
import { moleculesOf } from './convert/molecules.js';
import { writerOf } from './convert/writer.js';
import { interruption } from './interrupt.js';
import { isPattern, moleculeFileNames, writeMoleculeFile } from './molecule-files.js';
import { OUT_FORMATS, outFormatOption, outOptions } from './output-flags.js';
import { printNote } from './print.js';
import { refuseSharedFiles } from './shared-files.js';

interface ConvertFlags {
  readonly input: string;
  readonly out: string;
  readonly outDir?: string;
  readonly outFormat?: OutputFormat | 'parquet';
  readonly clobber: boolean;
  readonly force?: boolean;
  readonly quiet?: boolean;
}

const HELP = `
Records of equal title in a row are the conformers of one molecule. In --out, {name} is the title of a molecule, with _
for what a file name cannot hold, and {number} its number in the file; then each molecule gets a file of its own. Of two
molecules with the same name the second has its number added.

Parquet has a row a conformer; its columns are the fields of all records, so the input is read twice and has to be a
file.

Examples:
  molflow convert --input library.sdf.gz --out library.xyz
  molflow convert --input library.sdf.gz --out 'ligands/{name}.mol2'
  molflow convert --input library.sdf.gz --out-dir ligands
  molflow convert --input library.sdf.gz --out library.parquet`;

export function convertCommand(): Command {
  const [out, outDir] = outOptions({ more: ', or .parquet' });
  return new Command('convert')
    .description('write the conformers of an SD file in another format, or one file a molecule')
    .requiredOption(
      '--input <file>',
      'conformers: .sdf, .mol, .mol2, .cif or .pdb, also .gz or .zst; - is an SD file on standard input',
    )
    .addOption(out)
    .addOption(outDir)
    .addOption(outFormatOption([...OUT_FORMATS, 'parquet']))
    .option('--force', 'begin anew, although a run that was ended has left its part file')
    .option('--no-clobber', 'refuse to replace an output that exists')
    .option('--quiet', 'no summary, only errors')
    .addHelpText('after', HELP)
    .action(run);
}

async function run(flags: ConvertFlags, command: Command): Promise<void> {
  const { input, outDir, outFormat, clobber, force, quiet } = flags;
  const out = outDir === undefined ? flags.out : path.join(outDir, `{name}.${outFormat ?? 'sdf'}`);
  await refuseSharedFiles(command, { inputs: { '--input': input }, outputs: { '--out': out } });
  const counts = { molecules: 0, conformers: 0, failed: 0 };
  const refuse = (message: string) => {
    counts.failed++;
    printNote(`molflow: ${message}`);
  };
  const writer = await writerOf({ input, out, format: outFormat });
  const records = moleculesOf(input, refuse);
  if (isPattern(out)) {
    const nameOf = moleculeFileNames(out);
    for await (const molecule of records) {
      if (interruption.aborted) return;
      counts.molecules++;
      const file = nameOf({ name: molecule[0]?.title ?? '', number: counts.molecules });
      await refuseSharedFiles(command, { inputs: { '--input': input }, outputs: { '--out': file } });
      await writing(molecule, refuse, async () => {
        await writeMoleculeFile(file, writer.file(molecule), { clobber });
        counts.conformers += molecule.length;
      });
    }
  } else {
    const output = await writer.open({ clobber, force });
    try {
      for await (const molecule of records) {
        if (interruption.aborted) return void (await output.leave());
        counts.molecules++;
        let isRead = true;
        await writing(molecule, refuse, async () => {
          isRead = await output.write(molecule);
          counts.conformers += molecule.length;
        });
        if (!isRead) return void (await output.leave());
      }
    } catch (error) {
      await output.leave();
      throw error;
    }
    if (counts.conformers > 0) await output.close();
    else await output.leave();
  }
  if (counts.molecules + counts.failed === 0)
    printNote(`molflow: ${input === '-' ? 'standard input' : input} holds no conformers`);
  else if (!quiet)
    printNote(`${out}: ${counts.molecules} molecules, ${counts.conformers} conformers, ${counts.failed} failed`);
  if (counts.conformers === 0) process.exitCode = EXIT.failure;
  else if (counts.failed > 0) process.exitCode = EXIT.partly;
}

/** A record that a format cannot hold costs its molecule alone. @throws what is wrong with the output */
async function writing(
  molecule: readonly ConformerRecord[],
  refuse: (message: string) => void,
  write: () => Promise<void>,
): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    refuse(`${molecule[0]?.title ?? ''}: ${error.message}`);
  }
}
