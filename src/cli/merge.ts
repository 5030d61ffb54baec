/** molflow merge: joins the parts of a library that runs with --shard made. */
import { Command } from 'commander';
import { FAILURE_FIELDS } from '../chem/io/failed-records.js';
import { NO_PARQUET, OutputError } from '../chem/io/output.node.js';
import { mergeParts } from '../files/merge-parts.js';
import { printNote } from './print.js';
import { refuseSharedFiles } from './shared-files.js';

interface MergeFlags {
  readonly out: string;
  readonly trajectory?: string;
  readonly failed?: string;
  readonly status?: string;
  readonly clobber: boolean;
  readonly force?: boolean;
  readonly quiet?: boolean;
}

const HELP = `
Parts are the files that --out named, in any order; each has its journal NAME.journal beside it, which says the shard,
the flags and the bytes of every molecule. A shard that is missing, there twice, unfinished, damaged, or made with other
flags or from another input is named, and nothing is written. The result is that of one run, byte for byte but for the
seconds of --status; the parts stay. Of a .gz as of a plain file the other can be made.

Example:
  for i in 1 2 3; do molflow generate --input library.smi.gz --shard $i/3 --out part-$i.sdf.gz; done
  molflow merge part-*.sdf.gz --out library.sdf.gz`;

export function mergeCommand(): Command {
  return new Command('merge')
    .description('join the parts of a library that runs with --shard made, in the order of the input')
    .argument('<part...>', 'the outputs of all shards')
    .option('--out <file>', 'the joined file; - is standard output', '-')
    .option('--trajectory <file>', 'join the files of --trajectory, too')
    .option('--failed <file>', 'join the files of --failed, too')
    .option('--status <file>', 'join the tables of --status, too')
    .option('--force', 'begin anew, although a join that was ended has left its part file')
    .option('--no-clobber', 'refuse to replace an output that exists')
    .option('--quiet', 'no summary')
    .addHelpText('after', HELP)
    .action(run);
}

async function run(parts: string[], flags: MergeFlags, command: Command): Promise<void> {
  const { out, trajectory, failed, status, clobber, force, quiet } = flags;
  if (/\.parquet$/i.test(out)) throw new OutputError(`${out}: ${NO_PARQUET}`);
  await refuseSharedFiles(command, {
    inputs: { part: parts },
    outputs: { '--out': out, '--trajectory': trajectory, '--failed': failed, '--status': status },
  });
  const merged = await mergeParts({
    parts,
    outputs: {
      out,
      ...(trajectory !== undefined && { trajectory }),
      ...(failed !== undefined && { failed }),
      ...(status !== undefined && { status }),
    },
    withoutHeader: { failed: withoutFailedHeader, status: (text) => text.slice(text.indexOf('\n') + 1) },
    clobber,
    force,
  });
  if (!quiet)
    printNote(
      `${out === '-' ? 'standard output' : out}: ${merged.molecules} molecules of ${parts.length} shards, ${merged.conformers} conformers, ${merged.failed} failed`,
    );
}

/** Of a table: a list of SMILES or SD records has none. */
function withoutFailedHeader(text: string): string {
  const header = new RegExp(`^[^\\n]*${FAILURE_FIELDS.join('.')}\\n`).exec(text)?.[0] ?? '';
  return text.slice(header.length);
}
